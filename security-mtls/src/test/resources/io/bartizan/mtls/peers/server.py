"""A TLS server that requires client certificates: python3 server.py FOLDER"""
import http.server
import ssl
import sys

folder = sys.argv[1]


class Ok(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + '/cert.pem', folder + '/key.pem')
context.load_verify_locations(folder + '/roots.pem')
context.verify_mode = ssl.CERT_REQUIRED
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Ok)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print('port', server.server_address[1], flush=True)
server.serve_forever()
