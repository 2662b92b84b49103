// Runs after the packages are installed, with whatever Node is there: puts the Node that came along where npm's scripts
// find it. npm 11 does so by itself; npm 10 leaves the link out when packages for several processors bear the same name.
const { existsSync, mkdirSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')

const link = join(__dirname, '..', 'node_modules', '.bin', 'node')
const own = join('..', `node-${process.platform}-${process.arch}`, 'bin', 'node')
if (!existsSync(link) && existsSync(join(link, '..', own))) {
  mkdirSync(join(link, '..'), { recursive: true })
  symlinkSync(own, link)
}
