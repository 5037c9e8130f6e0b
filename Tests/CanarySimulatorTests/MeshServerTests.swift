import CanarySimulator
import Foundation
import FoundationNetworking
import Synchronization
import Testing

@Suite(.serialized) struct MeshServerTests {
    private static func server(_ scenario: Scenario = .healthy, pods: Int = 8) -> MeshServer {
        let configuration = MeshConfiguration(scenario: scenario, seed: 83, stablePods: pods)
        return MeshServer(mesh: SimulatedMesh(configuration: configuration))
    }

    /// A session that really opens many connections, without a cache.
    private static func session() -> URLSession {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 256
        configuration.timeoutIntervalForRequest = 20
        configuration.urlCache = nil
        return URLSession(configuration: configuration)
    }

    private static func get(_ text: String, method: String = "GET", with session: URLSession) async throws -> (
        Int, [UInt8]
    ) {
        var request = URLRequest(url: try #require(URL(string: text)))
        request.httpMethod = method
        let (data, response) = try await session.data(for: request)
        return (try #require(response as? HTTPURLResponse).statusCode, Array(data))
    }

    @Test("pages are served over HTTP and unknown paths are not found")
    func serves() async throws {
        let server = Self.server()
        await server.advance(by: 60, canaryShare: 0.1)
        let urls = try await server.start()
        let session = Self.session()

        let page = try await Self.get(try #require(urls.last), with: session)
        let port = try #require(URL(string: urls[0])?.port)
        let unknownPod = try await Self.get("http://127.0.0.1:\(port)/nobody/stats/prometheus", with: session)
        let unknownPath = try await Self.get("http://127.0.0.1:\(port)/demo4-v1-0/metrics", with: session)
        let shortPath = try await Self.get("http://127.0.0.1:\(port)/stats/prometheus", with: session)
        let posted = try await Self.get(urls[0], method: "POST", with: session)
        let list = try await Self.get("http://127.0.0.1:\(port)/", with: session)

        let truth = try await Self.get("http://127.0.0.1:\(port)/truth", with: session)

        #expect(truth.0 == 200)
        #expect(try JSONDecoder().decode(MeshTruth.self, from: Data(truth.1)) == (await server.truth))
        #expect(urls.count == 10)
        #expect(urls[9] == "http://127.0.0.1:\(port)/demo4-v2-1/stats/prometheus")
        #expect(page.0 == 200)
        #expect(ExpositionLines(page.1).total("istio_requests_total", ["reporter": "destination"]) > 0)
        #expect(unknownPod.0 == 404)
        #expect(unknownPath.0 == 404)
        #expect(shortPath.0 == 404)
        #expect(posted.0 == 405)
        #expect(String(decoding: list.1, as: UTF8.self).split(separator: "\n").map(String.init) == urls)
        #expect(try await server.start() == urls)
        await server.stop()
    }

    @Test("a page shows the state of the mesh at the moment of the request")
    func freshness() async throws {
        let server = Self.server(pods: 1)
        let url = try #require(try await server.start().first)
        let session = Self.session()

        var counts: [Int] = []
        for _ in 0..<3 {
            counts.append(ExpositionLines(try await Self.get(url, with: session).1).total("istio_requests_total"))
            await server.advance(by: 5, canaryShare: 0)
        }

        #expect(counts[0] == 0)
        #expect(counts[1] > 1000)
        #expect(counts[2] > counts[1] + 1000)
        await server.stop()
    }

    @Test("two hundred concurrent scrapes are all answered")
    func concurrency() async throws {
        let server = Self.server()
        await server.advance(by: 60, canaryShare: 0.1)
        let urls = try await server.start()
        let session = Self.session()

        let good = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let (status, page) = try await Self.get(urls[number % urls.count], with: session)
                    return status == 200 && page.last == UInt8(ascii: "\n") && page.count > 20_000
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }

        #expect(good == 200)
        await server.stop()
    }

    @Test("a stopped server refuses connections and can be started again")
    func stops() async throws {
        let server = Self.server()
        let url = try #require(try await server.start().first)
        let session = Self.session()
        _ = try await Self.get(url, with: session)

        await server.stop()
        await #expect(throws: (any Error).self) { try await Self.get(url, with: Self.session()) }

        let again = try #require(try await server.start().first)
        #expect(try await Self.get(again, with: Self.session()).0 == 200)
        await server.stop()
    }

    @Test("in wall-clock mode virtual time follows the clock at the given speed, with the weights of the moment")
    func wallClock() async throws {
        let server = Self.server()
        let clock = LeapingClock()
        let shares = Mutex<[Double?]>([])

        let run = Task {
            try await server.run(speed: 60, on: clock) {
                // A minute of the clock at 100 ms a tick: half of it at weight 0, an unreadable file, then 50 %.
                let count = shares.withLock {
                    $0.append(0)
                    return $0.count
                }
                if count > 600 { withUnsafeCurrentTask { $0?.cancel() } }
                return count <= 300 ? 0 : count <= 301 ? nil : 0.5
            }
        }
        await #expect(throws: CancellationError.self) { try await run.value }

        let truth = await server.truth
        #expect((3590...3601).contains(truth.seconds))
        let ratio = Double(truth.canary.requests) / Double(truth.stable.requests + truth.canary.requests)
        #expect((ratio - 0.25).magnitude < 0.01)
        let first = try #require(truth.firstCanaryRequestSeconds)
        #expect((1790...1815).contains(first))
    }

    @Test("in wall-clock mode a page read between two ticks shows its own moment")
    func betweenTicks() async throws {
        let server = Self.server(pods: 1)
        let url = try #require(try await server.start().first)
        let clock = HoldingClock()

        let run = Task { try await server.run(speed: 2, on: clock) { 0.25 } }
        for await _ in clock.sleeps { break }
        clock.set(.seconds(30))
        let page = ExpositionLines(try await Self.get(url, with: Self.session()).1)
        run.cancel()

        await #expect(throws: CancellationError.self) { try await run.value }
        let truth = await server.truth
        #expect(truth.seconds == 60)
        #expect(page.total("istio_requests_total", ["reporter": "destination"]) == truth.stable.requests)
        await server.stop()
    }

    @Test("in wall-clock mode the foreign write happens once")
    func foreignWrite() async throws {
        let server = Self.server(.secondWriter)
        let strikes = Mutex(0)
        let ticks = Mutex(0)

        let run = Task {
            try await server.run(speed: 10, on: LeapingClock()) {
                let tick = ticks.withLock {
                    $0 += 1
                    return $0
                }
                if tick > 300 { withUnsafeCurrentTask { $0?.cancel() } }
                return tick <= 50 ? 0 : tick <= 150 ? 0.05 : 0.1
            } onForeignWrite: {
                strikes.withLock { $0 += 1 }
            }
        }
        await #expect(throws: CancellationError.self) { try await run.value }

        #expect(strikes.withLock { $0 } == 1)
    }
}

/// A clock on which sleeping takes no time: it leaps to the deadline.
private final class LeapingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let offset = Mutex(Duration.zero)

    var now: Instant { Instant(offset: offset.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        offset.withLock { $0 = max($0, deadline.offset) }
    }
}

/// A clock that moves only when it is told to, on which every sleep lasts until it is cancelled.
private final class HoldingClock: Clock {
    typealias Instant = LeapingClock.Instant

    /// One element for each sleep that has begun.
    let sleeps: AsyncStream<Void>
    private let begun: AsyncStream<Void>.Continuation
    private let offset = Mutex(Duration.zero)

    init() {
        (sleeps, begun) = AsyncStream.makeStream(of: Void.self)
    }

    var now: Instant { Instant(offset: offset.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func set(_ time: Duration) {
        offset.withLock { $0 = time }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let (forever, keep) = AsyncStream.makeStream(of: Void.self)
        begun.yield()
        for await _ in forever {}
        keep.finish()
        throw CancellationError()
    }
}
