import CanaryCore
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Foundation
import Synchronization
import Testing

@Suite("ScrapeSource", .timeLimit(.minutes(1)))
struct ScrapeSourceTests {
    private static func spec(_ targets: [String], timeout: Duration = .seconds(10)) -> CanarySpec {
        CanarySpec(
            name: "demo4",
            route: RouteSpec(
                object: "demo4-vs",
                file: "demo4-vs.yaml",
                stable: DestinationSpec(subset: "v1", workload: "demo4-v1"),
                canary: DestinationSpec(subset: "v2", workload: "demo4-v2")
            ),
            telemetry: TelemetrySpec(targets: targets, timeout: timeout)
        )
    }

    private static func page(_ version: String, requests: Int) -> String {
        """
        # TYPE istio_build gauge
        istio_build{component="proxy",tag="1.29.1"} 1
        # TYPE istio_requests_total counter
        istio_requests_total{reporter="destination",destination_workload="demo4-\(version)",response_code="200",\
        request_protocol="http",response_flags="-"} \(requests)

        """
    }

    /// A good pod of stable that counts 100 requests a scrape, and the windows of two rounds.
    private static func rounds(
        beside bad: [String],
        timeout: Duration = .seconds(10),
        count: Int = 2,
        roles: Roles = .asNamed
    ) async throws -> [Window] {
        let good = try good()
        let client = HTTPClient()
        let source = ScrapeSource(spec: spec([good.url("/good")] + bad, timeout: timeout), roles: roles, client: client)
        var windows: [Window] = []
        for _ in 0..<count { windows.append(await source.observe(seconds: 5)) }
        await client.shutdown()
        return windows
    }

    private static func good(version: String = "v1") throws -> HostileServer {
        let scrapes = Mutex(0)
        return try HostileServer { _ in
            let count = scrapes.withLock {
                $0 += 1
                return $0
            }
            return [.send(HostileServer.answer(body: page(version, requests: 100 * count)))]
        }
    }

    private static func steps(of kind: String) -> [HostileServer.Step] {
        let page = Self.page("v2", requests: 7)
        switch kind {
        case "stall": return [.stall]
        case "stall after the head":
            return [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n".utf8)), .stall]
        case "500": return [.send(HostileServer.answer(status: 500, body: "no"))]
        case "redirect":
            return [.send(HostileServer.answer(status: 302, headers: ["Location: http://127.0.0.1:1/"], body: page))]
        case "html": return [.send(HostileServer.answer(body: "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"))]
        case "endless":
            return [
                .send(Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".utf8)),
                .sendForever(Array(page.utf8), pause: .milliseconds(5)),
            ]
        case "half a body":
            let whole = HostileServer.answer(body: page)
            return [.send(Array(whole.dropLast(40))), .close]
        case "reset": return [.send(Array("HTTP/1.1 200 OK\r\n".utf8)), .reset]
        case "gzip bomb":
            return [.send(HostileServer.answer(headers: ["Content-Encoding: gzip"], body: gzipBomb(megabytes: 150)))]
        case "empty": return [.send(HostileServer.answer(body: ""))]
        case "half a line": return [.send(HostileServer.answer(body: String(page.dropLast(30))))]
        default: return [.close]
        }
    }

    @Test(
        "a target that misbehaves is named with a bounded word, in time, and is never counted as zero traffic",
        arguments: [
            ("stall", "timeout"), ("stall after the head", "timeout"), ("500", "status"), ("redirect", "status"),
            ("html", "not-exposition"), ("endless", "timeout"), ("half a body", "truncated"),
            ("gzip bomb", "too-large"),
            ("half a line", "malformed"),
        ]
    )
    func misbehaving(kind: String, label: String) async throws {
        let bad = try HostileServer(steps: Self.steps(of: kind))
        let start = ContinuousClock.now
        let windows = try await Self.rounds(
            beside: [bad.url("/bad")],
            timeout: label == "timeout" ? .seconds(1) : .seconds(10)
        )
        let elapsed = ContinuousClock.now - start
        #expect(elapsed < (label == "timeout" ? .seconds(5) : .seconds(20)))
        for window in windows {
            #expect(window.quality.faults.map(\.label) == [label], "\(window.quality.faults)")
            #expect(window.quality.faults.first?.pod.contains(":\(bad.port)") == true)
            #expect(window.canary.isEmpty)
        }
        // It may be the only canary pod: nothing tells.
        #expect(windows[1].quality.unusable == .tooFewPods(side: .canary, answered: 0, known: 1))
        #expect(windows[1].stable.map(\.total) == [100])
    }

    @Test("targets that refuse, reset, answer nothing or cannot be named are faults as well")
    func others() async throws {
        let words: Set<String> = [
            "refused", "timeout", "status", "not-exposition", "malformed", "too-large", "truncated", "no-witness",
            "bad-histogram", "no-series", "other",
        ]
        for kind in ["reset", "empty", "close"] {
            let bad = try HostileServer(steps: Self.steps(of: kind))
            let fault = try #require(try await Self.rounds(beside: [bad.url("/")])[1].quality.faults.first)
            #expect(words.contains(fault.label), "\(kind): \(fault)")
        }
        for url in [
            "http://127.0.0.1:1/", "ftp://127.0.0.1/", "nonsense", "http://name.invalid/", "https://127.0.0.1:1/",
        ] {
            let windows = try await Self.rounds(beside: [url], timeout: .seconds(2))
            let fault = try #require(windows[1].quality.faults.first)
            #expect(words.contains(fault.label), "\(url): \(fault)")
            #expect(windows[1].stable.map(\.total) == [100])
        }
    }

    @Test("when every target is silent the round is unusable, and bounded, however many there are")
    func bounded() async throws {
        let bad = try HostileServer(steps: [.stall])
        let targets = (0..<1000).map { bad.url("/\($0)/metrics") }
        let client = HTTPClient()
        let source = ScrapeSource(
            spec: Self.spec(targets, timeout: .milliseconds(300)),
            roles: .asNamed,
            client: client
        )
        let start = ContinuousClock.now
        let window = await source.observe(seconds: 5)
        let elapsed = ContinuousClock.now - start
        await client.shutdown()
        #expect(elapsed < .seconds(3), "\(elapsed)")
        #expect(window.quality.unusable == .nothingScraped)
        #expect(window.stable.isEmpty && window.canary.isEmpty)
        #expect(window.quality.faults.count == 64)
        #expect(window.quality.faults.allSatisfy { $0.label == "timeout" })
    }

    @Test("two hundred targets are all asked in a round, at most 64 at once, and each is a pod")
    func many() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: Self.page("v1", requests: 5)))])
        let targets = (0..<200).map { server.url("/pod-\($0)/metrics") }
        let client = HTTPClient()
        let source = ScrapeSource(spec: Self.spec(targets, timeout: .seconds(5)), roles: .asNamed, client: client)
        #expect(await source.observe(seconds: 5).quality.unusable == .baseline)
        let window = await source.observe(seconds: 5)
        await client.shutdown()
        #expect(window.quality.faults.isEmpty)
        #expect(window.stable.count == 200)
        #expect(Set(server.log.requests.map(\.target)).count == 200)
        #expect(server.log.requests.count == 400)
        #expect(server.log.accepted <= 64)
    }

    @Test("targets that a slow round left out are asked in the next one")
    func rotation() async throws {
        let asked = Mutex<Set<String>>([])
        let server = try HostileServer { request in
            asked.withLock { _ = $0.insert(request.target) }
            return [.stall]
        }
        let targets = (0..<256).map { server.url("/\($0)/metrics") }
        let client = HTTPClient()
        let source = ScrapeSource(
            spec: Self.spec(targets, timeout: .milliseconds(200)),
            roles: .asNamed,
            client: client
        )
        for _ in 0..<4 { _ = await source.observe(seconds: 5) }
        await client.shutdown()
        #expect(asked.withLock { $0.count } == 256)
    }

    @Test("a duplicated URL is one pod, not two")
    func duplicated() async throws {
        let good = try Self.good()
        let client = HTTPClient()
        let source = ScrapeSource(spec: Self.spec([good.url("/"), good.url("/")]), roles: .asNamed, client: client)
        _ = await source.observe(seconds: 5)
        let window = await source.observe(seconds: 5)
        await client.shutdown()
        #expect(window.stable.map(\.total) == [100])
        #expect(good.log.requests.count == 2)
    }

    @Test("exchanged roles exchange the cohorts")
    func exchanged() async throws {
        let window = try await Self.rounds(beside: [], roles: .exchanged)[1]
        #expect(window.stable.isEmpty)
        #expect(window.canary.map(\.total) == [100])
    }

    @Test("a token that rotates is used at once, and one that went away is a fault that does not show it")
    func token() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/haldane-token-\(UUID().uuidString)"
        try "first-secret\n".write(toFile: folder, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = try Self.good()
        var spec = Self.spec([good.url("/")])
        spec.telemetry.security.tokenFile = folder
        let client = HTTPClient()
        let source = ScrapeSource(spec: spec, roles: .asNamed, client: client)
        _ = await source.observe(seconds: 5)
        try "second-secret".write(toFile: folder, atomically: true, encoding: .utf8)
        _ = await source.observe(seconds: 5)
        try FileManager.default.removeItem(atPath: folder)
        let window = await source.observe(seconds: 5)
        await client.shutdown()
        #expect(
            good.log.requests.map { $0.header("authorization") } == ["Bearer first-secret", "Bearer second-secret"]
        )
        let fault = try #require(window.quality.faults.first)
        #expect(fault.label == "other")
        #expect(!fault.message.contains("secret"))
    }

    @Test("no message of a fault holds credentials or a query")
    func redacted() async throws {
        let bad = try HostileServer(steps: [.send(HostileServer.answer(status: 403, body: "no"))])
        let refused = "http://user:secret@127.0.0.1:1/?key=secret"
        let forbidden = "http://user:secret@127.0.0.1:\(bad.port)/stats?key=secret"
        for window in try await Self.rounds(beside: [forbidden, refused]) {
            #expect(window.quality.faults.map(\.label).sorted() == ["refused", "status"])
            #expect(!"\(window)".contains("secret"))
        }
    }

    @Test("a cancelled round ends at once with faults")
    func cancelled() async throws {
        let bad = try HostileServer(steps: [.stall])
        let client = HTTPClient()
        let source = ScrapeSource(
            spec: Self.spec([bad.url("/")], timeout: .seconds(30)),
            roles: .asNamed,
            client: client
        )
        let round = Task { await source.observe(seconds: 5) }
        await bad.wait { $0.requests.count == 1 }
        round.cancel()
        let window = await round.value
        await client.shutdown()
        #expect(window.quality.faults.map(\.label) == ["other"])
        #expect(window.quality.unusable == .nothingScraped)
    }

    /// A gzip member that decodes to this many megabytes of one byte: fixed codes, 13 bits for each 258 bytes (RFC 1951 §3.2.6).
    private static func gzipBomb(megabytes: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        var used = 8
        func append(_ isSet: Bool) {
            if used == 8 {
                bytes.append(0)
                used = 0
            }
            if isSet { bytes[bytes.count - 1] |= 1 << UInt8(used) }
            used += 1
        }
        func append(code: UInt32, count: Int) {
            for place in (0..<count).reversed() { append(code >> UInt32(place) & 1 == 1) }
        }
        append(false)
        append(true)
        append(false)
        append(code: 0b0011_0000, count: 8)
        for _ in 0..<(megabytes * 1_000_000 / 258) {
            append(code: 0b1100_0101, count: 8)
            append(code: 0, count: 5)
        }
        return bytes
    }
}
