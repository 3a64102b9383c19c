// A TLS server that requires client certificates: node server.js FOLDER
const https = require('https'), fs = require('fs'), [dir] = process.argv.slice(2);
const read = name => fs.readFileSync(dir + '/' + name);
https.createServer({key: read('key.pem'), cert: read('cert.pem'), ca: read('roots.pem'),
    requestCert: true, rejectUnauthorized: true}, (request, answer) => answer.end('ok'))
  .listen(0, '127.0.0.1', function() { console.log('port ' + this.address().port); });
