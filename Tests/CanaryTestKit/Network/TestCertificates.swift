import Foundation

/// A certificate authority and what it signed, made by the `openssl` command in a folder of their own.
///
/// The server's certificate names `localhost` only, not 127.0.0.1. The folder goes when the value is released.
package final class TestCertificates: Sendable {
    /// A command that is missing or failed.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let folder: URL

    package init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for authority in ["ca", "other-ca"] {
            try make(authority, signedBy: nil, extensions: ["basicConstraints=critical,CA:TRUE"])
        }
        try make("server", signedBy: "ca", extensions: ["subjectAltName=DNS:localhost"])
        try make("client", signedBy: "ca", extensions: ["extendedKeyUsage=clientAuth"])
    }

    deinit {
        // What is left of it lies in the temporary folder.
        try? FileManager.default.removeItem(at: folder)
    }

    package var authority: String { path("ca.pem") }
    package var otherAuthority: String { path("other-ca.pem") }
    package var server: String { path("server.pem") }
    package var serverKey: String { path("server.key") }
    package var client: String { path("client.pem") }
    package var clientKey: String { path("client.key") }

    private func path(_ name: String) -> String {
        folder.appending(path: name).path(percentEncoded: false)
    }

    private func make(_ name: String, signedBy authority: String?, extensions: [String]) throws {
        var arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem"),
        ]
        if let authority {
            arguments += ["-CA", path("\(authority).pem"), "-CAkey", path("\(authority).key")]
            arguments += ["-addext", "basicConstraints=critical,CA:FALSE"]
        }
        for text in extensions {
            arguments += ["-addext", text]
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let talk = Pipe()
        process.standardError = talk
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = try talk.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "openssl: \(String(decoding: text, as: UTF8.self))")
        }
    }
}
