// Runs the emulator on the port that is given.
import { createRequire } from 'node:module'

const TelegramServer = createRequire(import.meta.url)('telegram-test-api')

const server = new TelegramServer({ port: Number(process.argv[2]), host: '127.0.0.1', storage: 'RAM', storeTimeout: 600 })
await server.start()

// It ends with whoever started it.
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
