// A Bluesky PDS with a directory of identities (PLC) in memory, on loopback, until it is told to end or its starter dies.
import { PDS, envToCfg, envToSecrets } from '@atproto/pds'
import { Database, PlcServer } from '@did-plc/server'

const given = JSON.parse(process.argv[1])

const plc = PlcServer.create({ db: Database.mock(), port: given.plcPort })
await plc.start()

const environment = {
  port: given.port,
  hostname: 'localhost',
  didPlcUrl: `http://127.0.0.1:${given.plcPort}`,
  serviceHandleDomains: ['.test'],
  dataDirectory: given.folder,
  blobstoreDiskLocation: `${given.folder}/blobs`,
  plcRotationKeyK256PrivateKeyHex: given.rotationKey,
  jwtSecret: given.jwtSecret,
  adminPassword: given.adminPassword,
  inviteRequired: false,
  enableDidDocWithSession: true,
  devMode: true, // it is its own home over plain HTTP
  rateLimitsEnabled: true,
  ...given.environment,
}
const pds = await PDS.create(envToCfg(environment), envToSecrets(environment))
await pds.start()

const end = async () => {
  await pds.destroy()
  await plc.destroy()
  process.exit(0)
}
process.on('SIGTERM', end)
process.stdin.on('close', end).resume()
