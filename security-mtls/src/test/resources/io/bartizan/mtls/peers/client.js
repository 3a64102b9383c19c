// A TLS client with one request for each line of its input: node client.js PORT FOLDER
const https = require('https'), fs = require('fs'), [port, dir] = process.argv.slice(2);
const read = name => fs.readFileSync(dir + '/' + name);
// No connection is kept, sessions are.
const agent = new https.Agent({keepAlive: false});
const loopback = (host, options, done) => options.all
  ? done(null, [{address: '127.0.0.1', family: 4}]) : done(null, '127.0.0.1', 4);
require('readline').createInterface({input: process.stdin}).on('line', () =>
  https.get({host: 'localhost', port, agent, lookup: loopback,
      ca: read('roots.pem'), cert: read('cert.pem'), key: read('key.pem')}, answer => {
    let body = '';
    answer.on('data', some => body += some);
    answer.on('end', () => console.log('= answer ' + body));
  }).on('error', e => console.log('= refused ' + e.code)));
