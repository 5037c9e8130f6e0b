import CanaryTestKit
import CanaryTransport
import Foundation
import Testing

@Suite("Over TLS, the HTTP client", .timeLimit(.minutes(1)))
struct EncryptedTransportTests {
    private let certificates: TestCertificates
    private let server: HostileServer

    init() throws {
        certificates = try TestCertificates()
        server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])
    }

    @Test("trusts an authority given as a file or as data")
    func trusted() async throws {
        let relay = try TLSRelay(to: server.port, certificates: certificates)
        let client = HTTPClient()
        let data = PEM(bytes: Array(try Data(contentsOf: URL(filePath: certificates.authority))))

        for security in [
            HTTPSecurity(certificateAuthorityFile: certificates.authority),
            HTTPSecurity(certificateAuthority: data),
        ] {
            let answer = try await client.send(HTTPRequest(url: relay.url(), security: security))
            #expect(answer.status == 200)
            #expect(answer.httpVersion == .http11)
        }
    }

    @Test("refuses a peer that no trusted authority vouches for, or whose name is another")
    func untrusted() async throws {
        let relay = try TLSRelay(to: server.port, certificates: certificates)
        let good = HTTPSecurity(certificateAuthorityFile: certificates.authority)
        let other = HTTPSecurity(certificateAuthorityFile: certificates.otherAuthority)
        let absent = HTTPSecurity(certificateAuthorityFile: "/absent/ca.pem")
        var wrongName = good
        wrongName.serverName = "prometheus.example"

        for (url, security) in [
            (relay.url(), HTTPSecurity()), (relay.url(), other), (relay.url(), absent), (relay.url(), wrongName),
            (relay.url(host: "127.0.0.1"), good),
        ] {
            let error = await Self.failure(of: HTTPRequest(url: url, security: security))
            #expect(error?.code == .tls, "\(security): \(String(describing: error))")
            #expect(error?.disposition == .stop)
        }
        #expect(server.log.requests.isEmpty)
    }

    @Test("accepts any peer only when told so")
    func unverified() async throws {
        let relay = try TLSRelay(to: server.port, certificates: certificates)
        let security = HTTPSecurity(verifiesPeer: false)

        let answer = try await HTTPClient().send(HTTPRequest(url: relay.url(host: "127.0.0.1"), security: security))

        #expect(answer.status == 200)
    }

    @Test("checks the given server name instead of the URL's host and still asks for the URL's host")
    func serverName() async throws {
        let relay = try TLSRelay(to: server.port, certificates: certificates)
        let security = HTTPSecurity(certificateAuthorityFile: certificates.authority, serverName: "localhost")

        let answer = try await HTTPClient().send(
            HTTPRequest(url: relay.url("/x?y=z", host: "127.0.0.1"), security: security)
        )

        #expect(answer.status == 200)
        #expect(answer.remote == "127.0.0.1:\(relay.port)")
        #expect(server.log.requests.first?.target == "/x?y=z")
        #expect(server.log.requests.first?.header("host") == "127.0.0.1:\(relay.port)")
    }

    @Test("shows its certificate to a peer that wants one, and fails without")
    func clientCertificate() async throws {
        let relay = try TLSRelay(
            to: server.port,
            certificates: certificates,
            clientAuthority: certificates.authority
        )
        let none = HTTPSecurity(certificateAuthorityFile: certificates.authority)
        var files = none
        files.clientCertificateFile = certificates.client
        files.clientKeyFile = certificates.clientKey
        var data = none
        data.clientCertificate = PEM(bytes: Array(try Data(contentsOf: URL(filePath: certificates.client))))
        data.clientKey = PEM(bytes: Array(try Data(contentsOf: URL(filePath: certificates.clientKey))))
        var absent = files
        absent.clientKeyFile = "/absent/client.key"
        var foreign = files
        foreign.clientKeyFile = certificates.serverKey
        let client = HTTPClient()

        for security in [files, data] {
            #expect(try await client.send(HTTPRequest(url: relay.url(), security: security)).status == 200)
        }
        let refusal = await Self.failure(of: HTTPRequest(url: relay.url(), security: none))
        #expect(refusal?.code == .tls, "\(String(describing: refusal))")
        for security in [absent, foreign] {
            let error = await Self.failure(of: HTTPRequest(url: relay.url(), security: security))
            #expect(error?.code == .credentials, "\(String(describing: error))")
        }
        #expect(server.log.requests.count == 2)
    }

    @Test("never shares a connection between different identities")
    func identities() async throws {
        let relay = try TLSRelay(to: server.port, certificates: certificates)
        let plain = HTTPSecurity(certificateAuthorityFile: certificates.authority)
        var identified = plain
        identified.clientCertificateFile = certificates.client
        identified.clientKeyFile = certificates.clientKey
        let client = HTTPClient()

        for security in [plain, identified, plain, identified] {
            _ = try await client.send(HTTPRequest(url: relay.url(), security: security))
        }
        let error = await #expect(throws: TransportError.self) {
            try await client.send(HTTPRequest(url: relay.url()))
        }

        #expect(server.log.accepted == 2)
        #expect(error?.code == .tls)
    }

    @Test("says that a plain port does not speak TLS, and ends at the deadline of a silent one")
    func plainPort() async throws {
        let silent = try HostileServer(conversation: { connection in
            while try !connection.read(upTo: 4096).isEmpty {}
        })
        let talking = try HostileServer(conversation: { connection in
            _ = try connection.read(upTo: 4096)
            try connection.write(HostileServer.answer(status: 400, body: "plain"))
        })

        let violation = await Self.failure(of: HTTPRequest(url: "https://127.0.0.1:\(talking.port)/"))
        let timeout = await Self.failure(
            of: HTTPRequest(url: "https://127.0.0.1:\(silent.port)/", deadline: .milliseconds(250))
        )

        #expect(violation?.code == .tls, "\(String(describing: violation))")
        #expect(timeout?.code == .timedOut)
    }

    @Test("shares one HTTP/2 connection among concurrent requests")
    func multiplexing() async throws {
        let (peer, relay) = try http2(HTTP2Peer(count: 16, ending: .complete))
        let client = HTTPClient()
        let security = HTTPSecurity(certificateAuthorityFile: certificates.authority)

        let answers = try await withThrowingTaskGroup { group in
            for number in 0..<16 {
                group.addTask {
                    try await client.send(
                        HTTPRequest(url: relay.url("/\(number)"), deadline: .seconds(20), security: security)
                    )
                }
            }
            return try await group.reduce(into: [HTTPResponse]()) { $0.append($1) }
        }

        #expect(answers.map(\.status) == Array(repeating: 200, count: 16))
        #expect(answers.allSatisfy { $0.body == Array("ok".utf8) && $0.httpVersion == .http2 })
        #expect(answers.allSatisfy { $0.header("Content-Length") == "2" })
        #expect(peer.log.accepted == 1)
    }

    @Test("reports HTTP/2 streams that are reset, end early or are garbage")
    func brokenStreams() async throws {
        let security = HTTPSecurity(certificateAuthorityFile: certificates.authority)
        let stories: [(HTTP2Peer.Ending, Set<TransportError.Code>)] = [
            (.reset, [.truncated]), (.halfBody, [.truncated]), (.garbage, [.protocolViolation, .truncated]),
        ]

        for (ending, codes) in stories {
            let (peer, relay) = try http2(HTTP2Peer(count: 1, ending: ending))
            let error = await Self.failure(of: HTTPRequest(url: relay.url(), security: security))
            #expect(error.map { codes.contains($0.code) } == true, "\(ending): \(String(describing: error))")
            #expect(peer.log.accepted >= 1)
        }
    }

    private func http2(_ peer: HTTP2Peer) throws -> (HostileServer, TLSRelay) {
        let server = try HostileServer(conversation: { try peer.talk(on: $0) })
        return (server, try TLSRelay(to: server.port, certificates: certificates, protocols: ["h2", "http/1.1"]))
    }

    private static func failure(of request: HTTPRequest) async -> TransportError? {
        await #expect(throws: TransportError.self) { try await HTTPClient().send(request) }
    }
}
