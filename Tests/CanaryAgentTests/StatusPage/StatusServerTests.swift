import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import Foundation
import Testing

@Suite("Status server", .serialized, .timeLimit(.minutes(1)))
struct StatusServerTests {
    static let series = #"haldane_run_phase{namespace="test1",canary="demo4""#

    static let paths: [(path: String, type: String, part: String)] = [
        ("/", "text/html; charset=utf-8", "<h1"),
        ("/fragment", "text/html; charset=utf-8", "test1/demo4"),
        ("/status.json", "application/json", #""schema":"haldane.status/1""#),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8", series),
        ("/healthz", "text/plain; charset=utf-8", "ok"),
        ("/readyz", "text/plain; charset=utf-8", "ok"),
    ]

    @Test("answers GET with the run as it is, HEAD without the body, and nothing may be kept or framed")
    func pages() async throws {
        let rig = await PageRig()
        rig.showStep()

        try await rig.serve { port in
            for (path, type, part) in Self.paths {
                let got = try #require(try await PageClient.ask(path, port: port))
                #expect(got.status == 200, "\(path)")
                #expect(got.fields["content-type"] == type, "\(path)")
                #expect(got.body.contains(part), "\(path): \(got.body.prefix(300))")
                #expect(got.fields["content-length"] == "\(got.body.utf8.count)", "\(path)")
                #expect(got.fields["cache-control"] == "no-store")
                #expect(got.fields["x-content-type-options"] == "nosniff")
                #expect(got.fields["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(got.fields["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
                #expect(got.fields["access-control-allow-origin"] == nil)
                let head = try #require(try await PageClient.ask(path, port: port, method: "HEAD"))
                #expect(head.status == 200 && head.body.isEmpty, "\(path)")
                #expect(head.fields["content-type"] == type, "\(path)")
            }
        }
    }

    @Test("the page lets its own script run and no other, and reloads where there is none")
    func policy() async throws {
        let rig = await PageRig()
        rig.showStep()

        try await rig.serve { port in
            let first = try #require(try await PageClient.ask("/", port: port))
            let second = try #require(try await PageClient.ask("/", port: port))
            let policy = try #require(first.fields["content-security-policy"])
            let nonce = try #require(policy.firstMatch(of: /script-src 'nonce-([a-z0-9]+)'/)).output.1
            #expect(nonce.count > 16)
            #expect(first.body.contains("<script nonce=\"\(nonce)\">"))
            #expect(first.body.components(separatedBy: "<script").count == 2)
            #expect(!second.body.contains(nonce))
            #expect(first.body.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\" /></noscript>"))
            #expect(first.body.firstMatch(of: /(?:src|href|url)\W+(?:https?:)?\/\//) == nil)
        }
    }

    @Test("is read-only, knows its paths, and says so")
    func refusals() async throws {
        let rig = await PageRig()

        try await rig.serve { port in
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
                let answer = try #require(try await PageClient.ask("/", port: port, method: method))
                #expect(answer.status == 405, "\(method)")
                #expect(answer.fields["allow"] == "GET, HEAD")
            }
            for path in ["/nothing", "//", "/../etc/passwd", "/metrics/", "/v1/command", "/%2e%2e/"] {
                #expect(try await PageClient.ask(path, port: port)?.status == 404, "\(path)")
            }
            #expect(try await PageClient.ask("/healthz?x=1", port: port)?.status == 200)
            let foreign = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: "
            #expect(try await PageClient.ask("/events", port: port, fields: foreign + "no-cors\r\n")?.status == 403)
            #expect(try await PageClient.ask("/", port: port, fields: foreign + "navigate\r\n")?.status == 200)
            let body = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
            let client = try PageClient(port: port)
            await client.send(body)
            #expect(PageClient.Answer(await client.readAll())?.status == 405)
            #expect(try await PageClient.ask("/events", port: port, fields: "Content-Length: 99999\r\n")?.status == 413)
            #expect(try await PageClient.ask("/", port: port, fields: "Transfer-Encoding: chunked\r\n")?.status == 411)
        }
    }

    @Test(
        "answers under this machine's names only",
        arguments: [
            (nil, 200), ("localhost", 200), ("LOCALHOST:9911", 200), ("127.0.0.1:1", 200), ("127.9.9.9", 200),
            ("[::1]:9911", 200), ("[::1]", 200), ("evil.example", 421), ("evil.example:9911", 421),
            ("127.0.0.1.evil.example", 421), ("localhost.evil.example", 421), ("[::2]", 421), ("", 421),
            ("localhost:x", 421), ("[::1", 421), ("10.0.0.1:9911", 421), ("localhost, evil.example", 421),
        ] as [(String?, Int)]
    )
    func hosts(host: String?, status: Int) async throws {
        let rig = await PageRig()

        try await rig.serve { port in
            let answer = try await PageClient.ask("/healthz", port: port, host: host)
            #expect(answer?.status == status)
        }
    }

    @Test("before the run has begun it says so, and is not ready")
    func beforeTheRun() async throws {
        let rig = await PageRig()

        try await rig.serve { port in
            #expect(try await PageClient.ask("/", port: port)?.body.contains("about to begin") == true)
            #expect(try await PageClient.ask("/status.json", port: port)?.status == 503)
            #expect(try await PageClient.ask("/healthz", port: port)?.status == 200)
            let ready = try #require(try await PageClient.ask("/readyz", port: port))
            #expect(ready.status == 503 && ready.body.contains("has not begun"))
            let metrics = try #require(try await PageClient.ask("/metrics", port: port))
            #expect(metrics.body.contains(#"haldane_build_info{version="9.9.9"} 1"#))
            #expect(metrics.body.contains("process_open_fds "))
        }
    }

    @Test("OpenMetrics for those who ask, readable by our own parser, with what the process costs")
    func metrics() async throws {
        let rig = await PageRig()
        rig.showAll()

        try await rig.serve { port in
            let accept = "Accept: application/openmetrics-text; version=1.0.0\r\n"
            let answer = try #require(try await PageClient.ask("/metrics", port: port, fields: accept))
            #expect(answer.fields["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            #expect(answer.body.hasSuffix("# EOF\n"))
            let samples = try ExpositionReader.samples(of: Array(answer.body.utf8))
            func value(_ name: String) -> Double? { samples.first { $0.name == name }?.value }
            let now = Date().timeIntervalSince1970
            #expect((value("process_start_time_seconds") ?? 0) > now - 86_400)
            #expect((value("process_start_time_seconds") ?? .infinity) <= now + 1)
            #expect((value("process_resident_memory_bytes") ?? 0) > 1e6)
            #expect((value("process_cpu_seconds_total") ?? 0) > 0)
            #expect((value("process_open_fds") ?? 0) > 3)
            let last = value("haldane_run_last_window_timestamp_seconds") ?? 0
            #expect(abs(last - now) < 60)
        }
    }

    @Test("names from the spec are text, not markup")
    func escaping() async throws {
        let rig = await PageRig(name: "<script>alert(1)</script>\"&'")
        rig.showAll()

        try await rig.serve { port in
            let page = try #require(try await PageClient.ask("/", port: port)).body
            #expect(page.contains("&lt;script&gt;alert(1)"))
            #expect(!page.contains("<script>alert"))
            #expect(page.components(separatedBy: "<script").count == 2)
        }
    }

    @Test(
        "a request that does not come in is answered and ended",
        arguments: ["", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n"]
    )
    func slowRequest(_ start: String) async throws {
        let rig = await PageRig(limits: PageRig.impatient)

        try await rig.serve { port in
            let client = try PageClient(port: port)
            await client.send(start)
            #expect(await client.readAll().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("a request that drips for ever is ended in time")
    func drip() async throws {
        let rig = await PageRig(limits: PageRig.impatient)

        try await rig.serve { port in
            let client = try PageClient(port: port)
            let began = ContinuousClock.now
            await client.send("GET / HTTP/1.1\r\n")
            let drip = Task {
                for _ in 0..<1000 where !Task.isCancelled {
                    await client.send("X: y\r\n")
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            let text = await client.readAll()
            drip.cancel()
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 408 "))
            #expect(began.duration(to: .now) < .seconds(9))
        }
    }

    @Test("a request that is too long or no HTTP is refused")
    func garbage() async throws {
        let rig = await PageRig()
        let requests: [(String, Int)] = [
            ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\n\(String(repeating: "X: y\r\n", count: 3000))\r\n", 431),
            ("hello\r\n\r\n", 400), ("\u{0}\u{1}\n\n", 400), ("GET http://localhost/ HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/2\r\n\r\n", 400), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n folded: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX\u{0}Y: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: 127.0.0.1\u{0}\r\n\r\n", 400), ("GET / HTTP/1.1\r\n: x\r\n\r\n", 400),
        ]

        try await rig.serve { port in
            for (text, status) in requests {
                let client = try PageClient(port: port)
                await client.send(text)
                #expect(await client.readAll().hasPrefix("HTTP/1.1 \(status) "), "\(text.prefix(40))")
            }
            #expect(try await PageClient.ask("/healthz", port: port)?.status == 200)
        }
    }

    @Test("more connections than it has places for are sent away, and places come free again")
    func crowd() async throws {
        var limits = PageRig.quick
        limits.connections = 8
        limits.reading = .seconds(30)
        let rig = await PageRig(limits: limits)

        try await rig.serve { port in
            var crowd: [PageClient] = []
            for _ in 0..<8 { crowd.append(try PageClient(port: port)) }
            var statuses: Set<Int> = []
            // The server takes them one after the other.
            let deadline = ContinuousClock.now + .seconds(5)
            while !statuses.contains(503), ContinuousClock.now < deadline {
                if let answer = try await PageClient.ask("/healthz", port: port) { statuses.insert(answer.status) }
            }
            #expect(statuses.contains(503))
            // Who says a lot is told as well, and not cut off.
            let fields = "X: \(String(repeating: "y", count: 6000))\r\n"
            let long = try await PageClient.ask("/healthz", port: port, fields: fields)
            #expect(long?.status == 503)

            crowd.removeAll()
            statuses.removeAll()
            while !statuses.contains(200), ContinuousClock.now < deadline {
                if let answer = try await PageClient.ask("/healthz", port: port) { statuses.insert(answer.status) }
            }
            #expect(statuses.contains(200))
        }
    }

    @Test("clients that ask and go, or never read, take nothing from others")
    func rudeClients() async throws {
        let rig = await PageRig()
        rig.showAll()

        let ending = try await rig.serve { port in
            for round in 0..<200 {
                let client = try PageClient(port: port)
                await client.send(round % 2 == 0 ? "GET /metrics HTTP/1.1\r\n\r\n" : "GET /events HTTP/1.1\r\n\r\n")
            }
            let deadline = ContinuousClock.now + .seconds(8)
            var answer: PageClient.Answer?
            while answer?.status != 200, ContinuousClock.now < deadline {
                answer = try await PageClient.ask("/metrics", port: port)
            }
            #expect(answer?.status == 200)
            #expect(answer?.body.contains("haldane_run_info") == true)
        }
        #expect(ending < .seconds(4))
    }

    @Test("is reached over IPv6, and a port that is taken is refused at the start")
    func addresses() async throws {
        let rig = await PageRig()

        try await rig.serve(at: "[::1]:0") { port in
            let client = try PageClient(port: port, version6: true)
            await client.send("GET /healthz HTTP/1.1\r\nHost: [::1]:\(port)\r\n\r\n")
            #expect(PageClient.Answer(await client.readAll())?.status == 200)
            let error = await #expect(throws: AgentError.self) {
                _ = try await StatusServer(ListenAddress(host: "::1", port: port), rig.board)
            }
            #expect(error?.exitCode == .usage)
            #expect(error?.message.contains("[::1]:\(port)") == true)
        }
    }
}
