import CanaryTestKit
import CanaryTransport
import Foundation
import Glibc
import Testing

@Suite("Credentials", .timeLimit(.minutes(1)))
final class CredentialTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "tokens-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        // What is left of it lies in the temporary folder.
        try? FileManager.default.removeItem(at: folder)
    }

    @Test("a token file that is replaced or rewritten counts from the next request on")
    func rotation() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])
        let client = HTTPClient()
        let file = folder.appending(path: "token")
        let request = HTTPRequest(url: server.url(), token: .file(file.path(percentEncoded: false)))

        try Data("first\n".utf8).write(to: file)
        _ = try await client.send(request)
        try Data("other\n".utf8).write(to: file)
        _ = try await client.send(request)
        try Data("  third ".utf8).write(to: file, options: .atomic)
        _ = try await client.send(request)

        let sent = server.log.requests.map { $0.header("authorization") ?? "" }
        #expect(sent == ["Bearer first", "Bearer other", "Bearer third"])
        #expect(server.log.accepted == 1)
    }

    @Test("a token comes from an environment variable, and a field of the request wins over it")
    func environment() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])
        let client = HTTPClient()
        let path = try #require(ProcessInfo.processInfo.environment["PATH"])
        let own = HTTPHeader(name: "authorization", value: "Basic eDp5")

        _ = try await client.send(HTTPRequest(url: server.url(), token: .environment("PATH")))
        _ = try await client.send(HTTPRequest(url: server.url(), headers: [own], token: .environment("PATH")))

        #expect(server.log.requests.map { $0.header("authorization") } == ["Bearer \(path)", "Basic eDp5"])
    }

    @Test("a token that cannot be used stops the request before anything is sent, and is not shown")
    func unusable() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])
        let client = HTTPClient()
        let long = String(repeating: "hush", count: 20_000)
        let contents = ["", " \n", "hush\r\nX-Injected: 1", "hush\u{0}", "hush\u{e9}", long]
        var tokens: [BearerToken] = [.environment("HALDANE_NO_SUCH_TOKEN"), .file(folder.path(percentEncoded: false))]
        tokens.append(.file(folder.appending(path: "absent").path(percentEncoded: false)))
        let pipe = folder.appending(path: "pipe").path(percentEncoded: false)
        #expect(mkfifo(pipe, 0o600) == 0)
        tokens.append(.file(pipe))
        for (number, content) in contents.enumerated() {
            let file = folder.appending(path: "bad-\(number)")
            try Data(content.utf8).write(to: file)
            tokens.append(.file(file.path(percentEncoded: false)))
        }

        for token in tokens {
            let error = await #expect(throws: TransportError.self) {
                try await client.send(HTTPRequest(url: server.url(), token: token))
            }
            #expect(error?.code == .credentials, "\(token)")
            #expect(error?.description.contains("hush") == false)
        }
        #expect(server.log.requests.isEmpty)
    }

    @Test("credentials and queries of URLs reach the peer but no message")
    func redaction() async throws {
        let server = try HostileServer(steps: [.close])
        let url = "http://user:hush@127.0.0.1:\(server.port)/stats?key=hush#hush"

        let error = await #expect(throws: TransportError.self) { try await HTTPClient().send(HTTPRequest(url: url)) }

        #expect(server.log.requests.first?.header("authorization") == "Basic dXNlcjpodXNo")
        #expect(error?.message.contains("http://127.0.0.1:\(server.port)/stats?…") == true)
        #expect(error.map { String(reflecting: $0) }?.contains("hush") == false)
        #expect("\(HTTPRequest(url: url))" == "GET http://127.0.0.1:\(server.port)/stats?…")
    }

    @Test(
        "a URL that cannot be used is refused without showing its secrets",
        arguments: [
            "", "word", "127.0.0.1:80/x", "/x", "ftp://user:hush@host/", "file:///etc/passwd", "http://", "http:///x",
            "http://user:hu/sh@host:1/", "http://user:hu?sh@host/", "http://user:hu#sh@host/", "http://h:99999/?hush",
            "http://a b/", "http://host/\r\nX: y", "http://host/\u{0}x", "http://[::1/", "http://host:port/?hush",
            "gopher://host/", "javascript:alert",
        ]
    )
    func invalidURLs(url: String) async throws {
        let error = await #expect(throws: TransportError.self) { try await HTTPClient().send(HTTPRequest(url: url)) }

        #expect(error?.code == .invalidURL)
        #expect(error?.disposition == .refuse)
        #expect(error?.description.contains("hu") == false, "\(String(describing: error))")
    }

    @Test("descriptions of values hide secrets")
    func descriptions() {
        let header = HTTPHeader(name: "Authorization", value: "Bearer hush")
        let security = HTTPSecurity(clientKey: PEM(bytes: Array("hush".utf8)))
        let request = HTTPRequest(url: "https://u:hush@h/?hush", headers: [header], security: security)
        var dumped = ""

        dump([header], to: &dumped)
        dump(security, to: &dumped)

        for text in ["\(header)", "\(security)", "\(request)", String(reflecting: header), dumped] {
            #expect(!text.contains("hush"), "\(text)")
        }
    }
}
