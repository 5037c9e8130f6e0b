import Foundation

/// A TLS endpoint on loopback that passes the decrypted bytes on to a plain port, as a `python3` process.
///
/// With a `HostileServer` behind it every misbehaviour is available over TLS as well. The process ends with this value.
package final class TLSRelay: Sendable {
    package let port: UInt16

    /// The process lives until its standard input is closed.
    private let input: FileHandle

    /// Starts a relay.
    ///
    /// - Parameters:
    ///   - plainPort: where the decrypted bytes go.
    ///   - certificates: the server's certificate and key come from here.
    ///   - clientAuthority: a file of authorities; clients must then show a certificate that one of them signed.
    ///   - protocols: what ALPN offers, the favourite first.
    package init(
        to plainPort: UInt16,
        certificates: TestCertificates,
        clientAuthority: String? = nil,
        protocols: [String] = ["http/1.1"]
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", Self.program, certificates.server, certificates.serverKey, clientAuthority ?? "",
            protocols.joined(separator: ","), String(plainPort),
        ]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.input = input.fileHandleForWriting
        let line = output.fileHandleForReading.availableData
        let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let port = UInt16(text) else {
            throw TestCertificates.Failure(description: "python3 started no TLS relay: '\(text)'")
        }
        self.port = port
    }

    deinit {
        // A process that has gone already has nothing to be told.
        try? input.close()
    }

    /// An `https://HOST:PORT` URL of the relay.
    package func url(_ path: String = "/", host: String = "localhost") -> String {
        "https://\(host):\(port)\(path)"
    }

    private static let program = """
        import os, select, socket, ssl, sys, threading

        certificate, key, authority, protocols, port = sys.argv[1:6]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.set_alpn_protocols(protocols.split(","))
        if authority:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(authority)

        def refuse(secure):
            # Reads on, so that the alert is not lost to a reset.
            raw = socket.socket(fileno=secure.detach())
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65536):
                pass
            raw.close()

        def relay(secure, back):
            while True:
                ready = [secure] if secure.pending() else select.select([secure, back], [], [])[0]
                if back in ready:
                    data = back.recv(65536)
                    secure.setblocking(True)
                    secure.sendall(data)
                    if not data:
                        return
                if secure in ready:
                    secure.setblocking(False)
                    try:
                        data = secure.recv(65536)
                    except ssl.SSLWantReadError:
                        continue
                    if not data:
                        return
                    back.sendall(data)

        def serve(plain):
            secure = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
            try:
                secure.do_handshake()
            except OSError:
                return refuse(secure)
            with secure, socket.create_connection(("127.0.0.1", int(port))) as back:
                relay(secure, back)

        def guarded(plain):
            try:
                serve(plain)
            except OSError:
                pass

        def accept(listener):
            while True:
                threading.Thread(target=guarded, args=(listener.accept()[0],), daemon=True).start()

        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        print(listener.getsockname()[1], flush=True)
        sys.stdin.read()
        os._exit(0)
        """
}
