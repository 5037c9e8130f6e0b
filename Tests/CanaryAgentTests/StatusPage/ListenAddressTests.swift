import CanaryAgent
import CanaryCore
import Testing

@Suite("Listen address")
struct ListenAddressTests {
    @Test(
        "addresses are read as people write them",
        arguments: [
            ("127.0.0.1:9911", "127.0.0.1", 9911, true), ("localhost:0", "localhost", 0, true),
            (":9911", "127.0.0.1", 9911, true), ("9911", "127.0.0.1", 9911, true), ("0", "127.0.0.1", 0, true),
            ("[::1]:9911", "::1", 9911, true), ("[::]:80", "::", 80, false), ("0.0.0.0:65535", "0.0.0.0", 65535, false),
            ("10.1.2.3:80", "10.1.2.3", 80, false), ("host.example:80", "host.example", 80, false),
            ("127.0.0.1.example:80", "127.0.0.1.example", 80, false), ("127.300.0.1:80", "127.300.0.1", 80, false),
        ] as [(String, String, UInt16, Bool)]
    )
    func good(text: String, host: String, port: UInt16, isLoopback: Bool) throws {
        let address = try ListenAddress(text)

        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.isLoopback == isLoopback)
    }

    @Test(
        "what is no address is refused with what to write",
        arguments: [
            "", "127.0.0.1", "localhost", ":", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536",
            "127.0.0.1:99999999999999999999", "::1:80", "[::1]", "[::1]80", "[]:80", "[127.0.0.1]:80", "a b:80",
            "http://127.0.0.1:80", "*:80", "\u{1B}[31m:80", "127.0.0.1:８０",
        ]
    )
    func bad(text: String) {
        let error = #expect(throws: AgentError.self) { try ListenAddress(text) }

        #expect(error?.exitCode == .usage)
        #expect(error?.hint?.contains("127.0.0.1:9911") == true)
    }

    @Test("a URL has brackets where they belong")
    func url() throws {
        #expect("\(try ListenAddress("[::1]:80"))" == "[::1]:80")
        #expect("\(try ListenAddress(":80"))" == "127.0.0.1:80")
    }
}
