// A TLS client with one request for each line of its input, "client PORT FOLDER", or a server that
// requires client certificates, "server FOLDER".
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	folder := os.Args[len(os.Args)-1]
	own, err := tls.LoadX509KeyPair(folder+"/cert.pem", folder+"/key.pem")
	if err != nil {
		panic(err)
	}
	pem, err := os.ReadFile(folder + "/roots.pem")
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		panic("no roots")
	}
	config := &tls.Config{Certificates: []tls.Certificate{own}}
	if os.Args[1] == "server" {
		config.ClientCAs = roots
		config.ClientAuth = tls.RequireAndVerifyClientCert
		serve(config)
	} else {
		config.RootCAs = roots
		config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
		ask(os.Args[2], config)
	}
}

func ask(port string, config *tls.Config) {
	client := &http.Client{
		Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: config},
		Timeout:   10 * time.Second,
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := client.Get("https://localhost:" + port + "/")
		if err != nil {
			fmt.Printf("= refused %q\n", err)
			continue
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != 200 {
			fmt.Printf("= refused %d %q\n", answer.StatusCode, err)
			continue
		}
		fmt.Printf("= answer %s\n", body)
	}
}

func serve(config *tls.Config) {
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		panic(err)
	}
	fmt.Println("port", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, http.HandlerFunc(func(to http.ResponseWriter, _ *http.Request) {
		io.WriteString(to, "ok")
	})))
}
