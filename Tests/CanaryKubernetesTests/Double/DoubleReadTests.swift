import CanaryTestKit
import CanaryYAML
import Testing

@Suite("The API server double: get and list", .timeLimit(.minutes(1)))
struct DoubleReadTests {
    private let server: FakeAPIServer
    private let client: PlainClient

    init() throws {
        server = try ClusterFixture().server
        client = try PlainClient(server)
    }

    private func names(_ answer: PlainClient.Answer) -> [String] {
        answer.json["items"]?.items?.compactMap { $0["metadata"]?["name"]?.string } ?? []
    }

    @Test("an absent object is a Status that names it")
    func absent() throws {
        let answer = try client.get(Demo.istio + "/nobody")

        #expect(answer.summary == "404 NotFound")
        #expect(answer.json["message"]?.string == #"virtualservices.networking.istio.io "nobody" not found"#)
        #expect(
            answer.json["details"] == ["name": "nobody", "group": "networking.istio.io", "kind": "virtualservices"]
        )
    }

    @Test("a list says its kind and revision; items of built-in kinds lack apiVersion and kind, custom ones have them")
    func lists() throws {
        let pods = try client.get("/api/v1/pods").json
        let routes = try client.get(Demo.istio).json

        #expect(pods["kind"]?.string == "PodList")
        #expect(pods["items"]?.items?.count == 10)
        #expect(pods["items"]?[0]?["kind"] == nil)
        #expect(pods["metadata"]?["resourceVersion"]?.string == String(server.view.revision))
        #expect(routes["items"]?[0]?["kind"]?.string == "VirtualService")
        #expect(try client.get("/api/v1/namespaces/other/pods").json["items"]?.items?.isEmpty == true)
    }

    @Test(
        "selectors choose objects by labels and names",
        arguments: [
            ("labelSelector=version%3Dv2", 2), ("labelSelector=version==v1,app=demo4", 8),
            ("labelSelector=version!=v1", 2), ("labelSelector=version%20in%20(v1,v2)", 10),
            ("labelSelector=version+notin+(v1)", 2), ("labelSelector=version", 10), ("labelSelector=%21version", 0),
            ("labelSelector=colour", 0), ("labelSelector=version%20in%20(v1,v3),app", 8),
            ("fieldSelector=metadata.name%3Dnobody", 0), ("fieldSelector=status.phase=Running", 10),
            ("fieldSelector=metadata.namespace!=test1", 0), ("labelSelector=", 10),
        ]
    )
    func selectors(query: String, count: Int) throws {
        #expect(names(try client.get("\(Demo.pods)?\(query)")).count == count)
    }

    @Test(
        "a selector that cannot be read is a bad request",
        arguments: ["labelSelector=a%20b", "labelSelector==", "labelSelector=a%20in%20()", "fieldSelector=spec.x=1"]
    )
    func badSelectors(query: String) throws {
        #expect(try client.get("\(Demo.pods)?\(query)").summary == "400 BadRequest")
    }

    @Test("pages together are the list at the moment of the first one")
    func paging() throws {
        let all = names(try client.get(Demo.pods))
        var pages: [[String]] = []
        var token = ""
        var revisions: Set<String> = []

        repeat {
            let page = try client.get("\(Demo.pods)?limit=4&continue=\(token)")
            pages.append(names(page))
            token = page.json["metadata"]?["continue"]?.string ?? ""
            revisions.insert(page.json["metadata"]?["resourceVersion"]?.string ?? "")
            server.delete(.pods, all[9], in: "test1")
        } while !token.isEmpty

        #expect(pages.map(\.count) == [4, 4, 2])
        #expect(pages.flatMap { $0 } == all)
        #expect(revisions.count == 1)
    }

    @Test("an expired token is 410 with another one, which lists the rest as it is now")
    func expiredToken() throws {
        let all = names(try client.get(Demo.pods))
        let first = try client.get("\(Demo.pods)?limit=4").json["metadata"]
        #expect(first?["remainingItemCount"] == 6)
        server.expireContinueTokens()
        server.delete(.pods, all[9], in: "test1")

        let gone = try client.get("\(Demo.pods)?limit=4&continue=\(first?["continue"]?.string ?? "")")
        let rest = try client.get("\(Demo.pods)?continue=\(gone.json["metadata"]?["continue"]?.string ?? "")")

        #expect(gone.summary == "410 Expired")
        #expect(names(rest) == Array(all[4..<9]))
        #expect(try client.get("\(Demo.pods)?continue=nonsense").summary == "400 BadRequest")
    }

    @Test("a read from a revision of the future fails late with 504, from no revision at all with 500")
    func revisions() throws {
        server.setPatienceForFuture(.milliseconds(50))
        let begin = ContinuousClock.now

        let late = try client.get("\(Demo.pods)?resourceVersion=99999999")

        #expect(ContinuousClock.now - begin >= .milliseconds(50))
        #expect(late.summary == "504 Timeout")
        #expect(late.header("retry-after") == "1")
        #expect(late.json["details"]?["causes"]?[0]?["reason"]?.string == "ResourceVersionTooLarge")
        #expect(try client.get("\(Demo.pods)?resourceVersion=abc").code == 500)
        #expect(try client.get("\(Demo.pods)?resourceVersion=0").code == 200)
    }

    @Test("answers are one line, and indented for curl")
    func indentation() throws {
        #expect(!(try client.get("/version").text.contains("\n")))
        let curl = try PlainClient(server)
        try curl.write(Array("GET /version HTTP/1.1\r\nUser-Agent: curl/7\r\nConnection: close\r\n\r\n".utf8))
        #expect(curl.rest().contains("{\n  \"gitVersion\": "))
    }

    @Test("a pod's port is reached through the server, with path and query")
    func proxy() throws {
        server.setPodHandler { request in
            PodAnswer(code: 203, "\(request.pod):\(request.port)\(request.path)?\(request.query)")
        }
        let pod = names(try client.get(Demo.pods))[0]

        let answer = try client.get("\(Demo.pods)/\(pod):15020/proxy/stats/prometheus?usedonly=1")
        let absent = try client.get("\(Demo.pods)/nobody:15020/proxy/")
        server.setPodHandler(nil)
        let refused = try client.get("\(Demo.pods)/http:\(pod):15020/proxy/")

        #expect(answer.code == 203)
        #expect(answer.text == #"\#(pod):15020/stats/prometheus?["usedonly": "1"]"#)
        #expect(absent.summary == "404 NotFound")
        #expect(refused.summary == "503 ServiceUnavailable")
        #expect(server.view.requests.suffix(3).map(\.subresource) == ["proxy", "proxy", "proxy"])
    }
}
