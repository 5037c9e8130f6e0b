import CanaryTestKit
import CanaryYAML
import Testing

@Suite("The API server double: watches", .timeLimit(.minutes(1)))
struct DoubleWatchTests {
    private let server: FakeAPIServer
    private let client: PlainClient

    init() throws {
        server = try FakeAPIServer()
        client = try PlainClient(server)
        for name in ["a", "b"] { try put(name, "1") }
    }

    private func put(_ name: String, _ value: String, label: String = "x") throws {
        try server.apply(
            json: """
                {"apiVersion":"networking.istio.io/v1","kind":"VirtualService",
                 "metadata":{"name":"\(name)","namespace":"test1","labels":{"l":"\(label)"}},
                 "spec":{"hosts":["\(value)"]}}
                """
        )
    }

    private var now: String { String(server.view.revision) }

    @Test("without a revision the present objects come first, then the changes")
    func fromNothing() throws {
        let head = try client.watch(Demo.istio)
        #expect([try client.event(), try client.event()] == ["ADDED a", "ADDED b"])
        try put("c", "1")
        try put("a", "2")
        server.delete(.virtualServices, "b", in: "test1")

        #expect(head.code == 200)
        #expect(try client.event() == "ADDED c")
        let change = try client.line()
        #expect(change?["type"]?.string == "MODIFIED")
        #expect(change?["object"]?["spec"] == ["hosts": ["2"]])
        let deletion = try client.line()
        #expect(deletion?["type"]?.string == "DELETED")
        #expect(deletion?["object"]?["metadata"]?["resourceVersion"]?.string == now)
    }

    @Test("from a list's revision only later changes come, missed ones included")
    func fromRevision() throws {
        let start = now
        try put("a", "2")

        _ = try client.watch("\(Demo.istio)?resourceVersion=\(start)")
        try put("b", "2")

        #expect([try client.event(), try client.event()] == ["MODIFIED a", "MODIFIED b"])
    }

    @Test("an object that begins to fit the selector is added, one that ceases to is deleted")
    func selection() throws {
        _ = try client.watch("\(Demo.istio)?labelSelector=l=y&resourceVersion=\(now)")
        try put("a", "1", label: "y")
        try put("b", "2")
        try put("a", "2", label: "y")
        try put("a", "2", label: "x")

        #expect(
            [try client.event(), try client.event(), try client.event()] == ["ADDED a", "MODIFIED a", "DELETED a"]
        )
    }

    @Test("one name is watched by a field selector")
    func oneName() throws {
        _ = try client.watch("\(Demo.istio)?fieldSelector=metadata.name=b")
        try put("a", "2")
        try put("b", "2")

        #expect([try client.event(), try client.event()] == ["ADDED b", "MODIFIED b"])
    }

    @Test("a revision that is too old is 200 and a line with 410, and the end")
    func tooOld() throws {
        let start = now
        try put("a", "2")
        server.forgetHistory()
        let other = try PlainClient(server)

        for revision in [start, "1"] {
            let head = try other.watch("\(Demo.istio)?resourceVersion=\(revision)")
            let line = try other.line()

            #expect(head.code == 200)
            #expect(line?["type"]?.string == "ERROR")
            #expect(line?["object"]?["code"] == 410)
            #expect(line?["object"]?["reason"]?.string == "Expired")
            #expect(try other.line() == nil)
        }
    }

    @Test("a revision of the future is 200 and silence until the time is up, a word is 500")
    func fromFuture() throws {
        _ = try client.watch("\(Demo.istio)?resourceVersion=99999999&timeoutSeconds=1")
        try put("a", "2")

        #expect(try client.line() == nil)
        #expect(try client.get("\(Demo.istio)?watch=1&resourceVersion=abc").code == 500)
    }

    @Test("a bookmark near the end says how far the watch has come")
    func bookmarks() throws {
        _ = try client.watch("\(Demo.istio)?resourceVersion=\(now)&allowWatchBookmarks=true&timeoutSeconds=1")
        try server.apply(json: #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{}}"#)

        let line = try client.line()

        #expect(line?["type"]?.string == "BOOKMARK")
        #expect(line?["object"]?["kind"]?.string == "VirtualService")
        #expect(line?["object"]?["metadata"]?["resourceVersion"]?.string == now)
        #expect(try client.line() == nil)
        #expect(try client.get(Demo.istio).code == 200)
    }

    @Test("bookmarks can be sent at once, to those who asked for them")
    func bookmarkNow() async throws {
        let other = try PlainClient(server)
        _ = try client.watch("\(Demo.istio)?resourceVersion=\(now)&allowWatchBookmarks=true")
        _ = try other.watch("\(Demo.istio)?resourceVersion=\(now)")
        await server.wait { $0.openWatches == 2 }

        server.sendBookmarks()
        try put("a", "2")

        #expect(try client.event() == "BOOKMARK -")
        #expect([try client.event(), try other.event()] == ["MODIFIED a", "MODIFIED a"])
    }

    @Test("initial events are refused with 500 in a line, or come with a bookmark at their end")
    func initialEvents() throws {
        let query = "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"

        _ = try client.watch("\(Demo.istio)?\(query)")
        let refusal = try client.line()
        #expect(try client.line() == nil)
        server.setInitialEvents(areStreamed: true)
        _ = try client.watch("\(Demo.istio)?\(query)")
        let events = [try client.event(), try client.event()]
        let end = try client.line()

        #expect(refusal?["object"]?["code"] == 500)
        #expect(events == ["ADDED a", "ADDED b"])
        #expect(end?["object"]?["metadata"]?["annotations"] == ["k8s.io/initial-events-end": "true"])
    }

    @Test("watches are cut in the middle of a chunk, ended, or fall silent on demand")
    func disturbances() async throws {
        let clients = try (0..<3).map { _ in try PlainClient(server) }
        for client in clients { _ = try client.watch("\(Demo.istio)?resourceVersion=\(now)") }
        await server.wait { $0.openWatches == 3 }

        server.cutWatches(of: .virtualServices)
        for client in clients { #expect(client.breaksOff { _ = try $0.line() }) }
        await server.wait { $0.openWatches == 0 }
        _ = try client.watch("\(Demo.istio)?resourceVersion=\(now)")
        server.cutWatches(of: .pods)
        server.endWatches()
        #expect(try client.line() == nil)

        _ = try client.watch("\(Demo.istio)?resourceVersion=\(now)")
        await server.wait { $0.openWatches == 1 }
        server.silenceWatches()
        try put("a", "2")
        server.cutWatches()
        // The change was not told: the next thing is the broken chunk.
        #expect(client.breaksOff { _ = try $0.line() })
    }

    @Test("the server notices that a watcher has left")
    func leaving() async throws {
        var watcher: PlainClient? = try PlainClient(server)
        _ = try watcher?.watch(Demo.istio)
        await server.wait { $0.openWatches == 1 }

        watcher = nil

        await server.wait { $0.openWatches == 0 }
    }
}
