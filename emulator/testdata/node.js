// Runs the Node.js client from npm against an emulator:
//
//	go run ./cmd/aeroemu -port 3000
//	npm install --prefix /tmp/node aerospike@6.7.1
//	NODE_PATH=/tmp/node/node_modules node emulator/testdata/node.js 127.0.0.1:3000
const assert = require('node:assert')
const Aerospike = require('aerospike')
const { exp, lists, maps, operations: op, filter, batchType, status } = Aerospike
const key = (id) => new Aerospike.Key('test', 'node', id)
const numbers = (records) => records.map((r) => r.bins.n).sort((a, b) => a - b)

const cases = {
  async 'put, get' (c) {
    const bins = { i: 7, f: 1.5, s: 'text', b: Buffer.from([1, 2]), l: [1, 'a', [2]], m: { x: 1, y: [true] } }
    await c.put(key('a'), bins)
    assert.deepStrictEqual((await c.get(key('a'))).bins, bins)
    await assert.rejects(c.get(key('absent')), { code: status.ERR_RECORD_NOT_FOUND })
  },
  async 'operate on lists and maps' (c) {
    await c.operate(key('a'), [lists.append('l', 3), maps.putItems('m', { a: 3, b: 1 }), maps.increment('m', 'b', 10)])
    const r = await c.operate(key('a'), [op.incr('i', 1), op.read('i'), lists.size('l'), maps.getByKey('m', 'b', maps.returnType.VALUE)])
    assert.deepStrictEqual(r.bins, { i: 8, l: 4, m: 11 })
  },
  async batch (c) {
    for (let n = 0; n < 20; n++) await c.put(key(n), { n, odd: n % 2 })
    const results = await c.batchWrite([
      { type: batchType.BATCH_WRITE, key: key(3), ops: [op.write('w', 1)] },
      { type: batchType.BATCH_READ, key: key(3), readAllBins: true },
      { type: batchType.BATCH_READ, key: key('absent'), readAllBins: true },
      { type: batchType.BATCH_REMOVE, key: key(19) }])
    assert.deepStrictEqual(results.map((r) => r.status), [0, 0, status.ERR_RECORD_NOT_FOUND, 0])
    assert.deepStrictEqual(results[1].record.bins, { n: 3, odd: 1, w: 1 })
  },
  async 'query with an index' (c) {
    await (await c.createIntegerIndex({ ns: 'test', set: 'node', bin: 'n', index: 'node_n' })).wait(10)
    const query = c.query('test', 'node', { paginate: true, maxRecords: 4 })
    query.where(filter.range('n', 5, 14))
    const found = []
    do { found.push(...await query.results()) } while (query.hasNextPage())
    assert.deepStrictEqual(numbers(found), [5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
  },
  async scan (c) {
    assert.strictEqual((await c.scan('test', 'node').results()).length, 20)
  },
  async 'expression filter' (c) {
    const odd = exp.and(exp.eq(exp.binInt('odd'), exp.int(1)), exp.lt(exp.binInt('n'), exp.int(8)))
    assert.deepStrictEqual(numbers(await c.query('test', 'node').results({ filterExpression: odd })), [1, 3, 5, 7])
    await assert.rejects(c.get(key(4), { filterExpression: odd }), { code: status.FILTERED_OUT })
  }
}

Aerospike.connect({ hosts: process.argv[2] || '127.0.0.1:3000' }).then(async (client) => {
  for (const [name, run] of Object.entries(cases)) {
    await run(client).then(() => console.log('passed', name), (err) => { process.exitCode = 1; console.log('failed', name, err) })
  }
  client.close()
})
