"""A TLS client with one request for each line of its input: python3 client.py PORT FOLDER"""
import socket
import ssl
import sys

port, folder = int(sys.argv[1]), sys.argv[2]
context = ssl.create_default_context(cafile=folder + '/roots.pem')
context.load_cert_chain(folder + '/cert.pem', folder + '/key.pem')
session = None
for line in sys.stdin:
    try:
        answer = b''
        with socket.create_connection(('127.0.0.1', port), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname='localhost', session=session) as tls:
                tls.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
                while some := tls.recv(4096):
                    answer += some
                session = tls.session
        head, _, body = answer.partition(b'\r\n\r\n')
        print('= answer' if b' 200 ' in head else '= refused', body.decode(), flush=True)
    except OSError as e:
        print('= refused', type(e).__name__, flush=True)
