import CanaryTestKit
import CanaryYAML
import Testing

@Suite("The API server double: faults", .timeLimit(.minutes(1)))
struct DoubleFaultTests {
    private let cluster: ClusterFixture
    private let server: FakeAPIServer
    private let client: PlainClient

    init() throws {
        cluster = try ClusterFixture()
        server = cluster.server
        client = try PlainClient(server)
    }

    @Test("faults befall what they name, as often as told, one after another")
    func counting() throws {
        server.inject(Fault(.status(.tooManyRequests(retryAfter: 7)), on: ["patch"], kind: .virtualServices, times: 2))
        server.inject(Fault(.status(.unavailable), on: ["patch"], after: 1))

        let gets = try client.get(Demo.virtualService).code
        let patches = try (0..<5).map { _ in try client.patch(Demo.virtualService, Demo.weights(80, 20)) }

        #expect(gets == 200)
        #expect(patches.map(\.code) == [429, 429, 200, 503, 200])
        #expect(patches[0].header("retry-after") == "7")
        #expect(patches[0].json["details"]?["retryAfterSeconds"] == 7)
    }

    @Test("a fault without a number lasts until it is cleared")
    func clearing() throws {
        let number = server.inject(Fault(.status(.serverError), times: nil))
        #expect(try (0..<3).map { _ in try client.get("/version").code } == [500, 500, 500])
        server.clear(fault: number)
        #expect(try client.get("/version").code == 200)
    }

    @Test("a proxy's page, half an answer, no answer and a reset come instead of the answer")
    func brokenAnswers() throws {
        server.inject(Fault(.answer(code: 502, type: "text/html", body: "<html>Bad Gateway</html>")))
        #expect(try client.get(Demo.istio).text == "<html>Bad Gateway</html>")

        for effect in [Fault.Effect.cutAnswer, .loseAnswer, .reset] {
            server.inject(Fault(effect))
            let client = try PlainClient(server)
            #expect(client.breaksOff { _ = try $0.get(Demo.istio) })
        }
        #expect(try PlainClient(server).get(Demo.istio).code == 200)
    }

    @Test("a lost answer's write has happened, one that changes nothing has not")
    func lostAndUnchanged() throws {
        server.inject(Fault(.loseAnswer, on: ["patch"]))
        #expect(client.breaksOff { _ = try $0.patch(Demo.virtualService, Demo.weights(80, 20)) })
        #expect(cluster.weights() == [80, 20])

        server.inject(Fault(.changeNothing, on: ["patch"]))
        let client = try PlainClient(server)
        let answer = try client.patch(Demo.virtualService, Demo.weights(50, 50))

        #expect(answer.code == 200)
        #expect(answer.json["metadata"]?["generation"] == 2)
        #expect(cluster.weights() == [80, 20])
    }

    @Test("a rival before us makes our revision stale, a rival after us has the last word")
    func rivals() throws {
        let revision = server.view.object(.virtualServices, "demo4-vs", in: "test1")?["metadata"]?["resourceVersion"]
        let lock = #"[{"op":"replace","path":"/metadata/resourceVersion","value":"\#(revision?.string ?? "")"},"#
        server.inject(Fault(.rivalBefore(Rival(.patch(Demo.weights(70, 30)))), on: ["patch"]))
        let stale = try client.patch(Demo.virtualService, lock + Demo.weights(80, 20).dropFirst())
        #expect(stale.summary == "409 Conflict")
        #expect(cluster.weights() == [70, 30])

        server.inject(Fault(.rivalAfter(Rival(.restore, as: "argocd-controller")), on: ["patch"]))
        let answer = try client.patch(Demo.virtualService, Demo.weights(80, 20))
        #expect(answer.json["spec"]?["http"]?[0]?["route"]?[0]?["weight"] == 80)
        #expect(cluster.weights() == [70, 30])
        let owners = server.view.object(.virtualServices, "demo4-vs", in: "test1")?["metadata"]?["managedFields"]
        #expect(owners?.items?.contains { $0["manager"]?.string == "argocd-controller" } == true)
    }

    @Test("a delayed answer comes late, a stalled one never")
    func slowness() async throws {
        let begin = ContinuousClock.now
        server.inject(Fault(.delay(.milliseconds(40))))
        #expect(try client.get("/version").code == 200)
        #expect(ContinuousClock.now - begin >= .milliseconds(40))

        server.inject(Fault(.stall))
        var other: PlainClient? = try PlainClient(server)
        try other?.write(Array("GET /version HTTP/1.1\r\n\r\n".utf8))
        await server.wait { $0.requests.count == 2 }
        other = nil
        await server.wait { $0.openConnections == 1 }
        #expect(server.view.requests.map(\.code) == [200, nil])
    }

    @Test("watches fail at once, break or end after some lines, or are silent from the start")
    func watches() throws {
        let path = "/api/v1/namespaces/test1/services"
        server.inject(Fault(.status(.expired), on: ["watch"]))
        server.inject(Fault(.failWatch(.expired), on: ["watch"]))
        server.inject(Fault(.endWatch(afterLines: 1), on: ["watch"]))
        server.inject(Fault(.cutWatch(afterLines: 1), on: ["watch"]))

        #expect(try client.get(path + "?watch=1").summary == "410 Expired")
        _ = try client.watch(path)
        #expect(
            try (0..<4).map { _ in try client.event() } == [
                "ADDED demo4", "ADDED demo4-v1", "ADDED demo4-v2", "ERROR 410",
            ]
        )
        #expect(try client.event() == nil)
        _ = try client.watch(path)
        #expect(try client.event() == "ADDED demo4")
        #expect(try client.event() == nil)
        _ = try client.watch(path)
        #expect(try client.event() == "ADDED demo4")
        #expect(client.breaksOff { _ = try $0.event() })
    }

    @Test("a server that goes away refuses connections and comes back on its port with its objects")
    func outage() async throws {
        let watcher = try PlainClient(server)
        _ = try watcher.watch(Demo.pods + "?resourceVersion=\(server.view.revision)")
        await server.wait { $0.openWatches == 1 }

        server.goAway(.draining)
        #expect(PlainClient.isRefused(by: server))
        #expect(try client.get("/version").code == 200)
        server.goAway(.killed)
        #expect(watcher.breaksOff { _ = try $0.line() })
        #expect(client.breaksOff { _ = try $0.get("/version") })
        #expect(PlainClient.isRefused(by: server))
        try server.comeBack()

        #expect(try PlainClient(server).get(Demo.virtualService).code == 200)
    }

    @Test("the log holds what was sent and what was answered")
    func log() throws {
        _ = try client.patch(Demo.virtualService + "?fieldManager=haldane", Demo.weights(80, 20))

        let record = try #require(server.view.requests.last)
        #expect(record.verb == "patch")
        #expect(record.concerns(.virtualServices))
        #expect([record.namespace, record.name, record.version] == ["test1", "demo4-vs", "v1"])
        #expect(record.query == ["fieldManager": "haldane"])
        #expect(record.contentType == "application/json-patch+json")
        #expect(record.userAgent == "haldane-test/1")
        #expect(record.json?[0]?["value"] == 80)
        #expect(record.code == 200)
        #expect(server.view.writes.count == 1)
    }

    @Test("observers see each change in its order, with its writer")
    func observers() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        server.observe { change in
            let weight = change.after?["spec"]?["http"]?[0]?["route"]?[1]?["weight"]?.integer
            continuation.yield("\(change.manager) \(change.name) \(weight.map(String.init) ?? "-")")
        }

        for weight in [25, 50] { _ = try client.patch(Demo.virtualService, Demo.weights(100 - weight, weight)) }
        server.delete(.virtualServices, "demo4-vs", in: "test1")

        var seen: [String] = []
        for await text in stream.prefix(3) { seen.append(text) }
        #expect(seen == ["haldane-test demo4-vs 25", "haldane-test demo4-vs 50", "kubectl demo4-vs -"])
    }
}
