// Loaded before a server that knows no such setting: whatever listens on a port listens on loopback only.
import net from 'node:net'

const HOST = '127.0.0.1'
const listen = net.Server.prototype.listen

net.Server.prototype.listen = function (first, ...rest) {
  if (first !== null && typeof first === 'object' && 'port' in first) {
    return listen.call(this, { ...first, host: HOST }, ...rest)
  }
  if (typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))) {
    const others = typeof rest[0] === 'string' || rest[0] === undefined ? rest.slice(1) : rest
    return listen.call(this, first, HOST, ...others)
  }
  return listen.call(this, first, ...rest)
}
