import CanaryTestKit
import CanaryYAML
import Testing

@Suite("The API server double: patches", .timeLimit(.minutes(1)))
struct DoublePatchTests {
    private let server: FakeAPIServer
    private let client: PlainClient

    init() throws {
        server = try ClusterFixture().server
        client = try PlainClient(server)
    }

    private var present: JSONValue { server.view.object(.virtualServices, "demo4-vs", in: "test1") ?? .null }

    private func metadata(_ name: String) -> JSONValue? { present["metadata"]?[name] }

    @Test(
        "a JSON patch is answered as recorded",
        arguments: [
            ("[]", "200 VirtualService"),
            (Demo.weights(80, 20), "200 VirtualService"),
            (#"[{"op":"test","path":"/spec/http/0/route/0/weight","value":90}]"#, "200 VirtualService"),
            (#"[{"op":"test","path":"/spec/http/0/route/0/weight","value":91}]"#, "422 Invalid"),
            (#"[{"op":"replace","path":"/spec/http/7/route/0/weight","value":1}]"#, "422 Invalid"),
            (#"[{"op":"replace","path":"/spec/http/0/route/2","value":{}}]"#, "422 Invalid"),
            (#"[{"op":"add","path":"/spec/nowhere/x","value":1}]"#, "422 Invalid"),
            (#"[{"op":"remove","path":"/spec/http/0/timeout"}]"#, "422 Invalid"),
            (#"[{"op":"dance","path":"/spec/http"}]"#, "422 Invalid"),
            (#"[{"op":"replace","path":"/spec/http/0/timeout","value":"3s"}]"#, "200 VirtualService"),
            (#"[{"op":"replace","path":"/metadata/resourceVersion","value":"1"}]"#, "409 Conflict"),
            (#"[{"op":"test","path":"/metadata/resourceVersion","value":"1"}]"#, "422 Invalid"),
            (#"[{"op":"replace","path":"/metadata/name","value":"other"}]"#, "400 BadRequest"),
            (#"{"op":"replace"}"#, "400 BadRequest"),
            ("[1]", "400 BadRequest"),
            ("[{", "400 BadRequest"),
            (#"[{"op":"replace","path":"","value":3}]"#, "422 Invalid"),
        ]
    )
    func answers(patch: String, expected: String) throws {
        #expect(try client.patch(Demo.virtualService, patch).summary == expected)
    }

    @Test("a failed test and a bad path look the same: no details, no reason why")
    func opaque() throws {
        for path in ["/spec/hosts/0", "/spec/absent/0"] {
            let answer = try client.patch(Demo.virtualService, #"[{"op":"test","path":"\#(path)","value":"x"}]"#)

            #expect(answer.json["message"]?.string == "the server rejected our request due to an error in our request")
            #expect(answer.json["details"]?.members?.isEmpty == true)
        }
    }

    @Test("a patch that replaces the resourceVersion with the present one works, and a second one conflicts")
    func revisionInPatch() throws {
        let revision = try #require(metadata("resourceVersion")?.string)
        let lock = #"[{"op":"replace","path":"/metadata/resourceVersion","value":"\#(revision)"},"#
        let patch = lock + Demo.weights(75, 25).dropFirst()

        let first = try client.patch(Demo.virtualService, patch)
        let second = try client.patch(Demo.virtualService, patch)

        #expect(first.code == 200)
        #expect(first.json["metadata"]?["resourceVersion"]?.string != revision)
        #expect(second.code == 409)
        #expect(second.json["message"]?.string?.contains("the object has been modified") == true)
        #expect(second.json["details"]?["kind"]?.string == "virtualservices")
    }

    @Test("a spec change raises generation and resourceVersion, an annotation the latter alone, nothing neither")
    func counters() throws {
        let begin = (metadata("generation"), metadata("resourceVersion"))

        _ = try client.patch(Demo.virtualService, Demo.weights(90, 10))
        let afterNothing = (metadata("generation"), metadata("resourceVersion"))
        _ = try client.merge(Demo.virtualService, #"{"metadata":{"annotations":{"a":"b"}}}"#)
        let afterAnnotation = (metadata("generation"), metadata("resourceVersion"))
        _ = try client.patch(Demo.virtualService, Demo.weights(80, 20))

        #expect(afterNothing == begin)
        #expect(afterAnnotation.0 == 1)
        #expect(afterAnnotation.1 != begin.1)
        #expect(metadata("generation") == 2)
        #expect(metadata("resourceVersion") != afterAnnotation.1)
    }

    @Test("a weight patch changes nothing else of the spec")
    func onlyWeights() throws {
        let before = present["spec"]

        _ = try client.patch(Demo.virtualService, Demo.weights(80, 20))
        _ = try client.patch(Demo.virtualService, Demo.weights(90, 10))

        #expect(present["spec"] == before)
    }

    @Test("the writer of a weight owns all of spec.http, and the other fields stay with their owner")
    func owners() throws {
        _ = try client.patch(Demo.virtualService + "?fieldManager=haldane", Demo.weights(80, 20))

        let entries = metadata("managedFields")?.items ?? []
        let owners = entries.map { ($0["manager"]?.string, $0["operation"]?.string, $0["fieldsV1"]?["f:spec"]) }
        #expect(owners.map(\.0) == ["kubectl-client-side-apply", "haldane"])
        #expect(owners.map(\.1) == ["Update", "Update"])
        #expect(owners.map(\.2) == [[".": [:], "f:gateways": [:], "f:hosts": [:]], ["f:http": [:]]])
    }

    @Test("a merge patch replaces a list whole, and its resourceVersion is checked")
    func mergePatches() throws {
        let lists = #"{"spec":{"http":[{"route":[{"weight":1}]}]}}"#

        let stale = try client.merge(Demo.virtualService, #"{"metadata":{"resourceVersion":"1"}}"#)
        let lacking = try client.merge(Demo.virtualService, lists)
        let strategic = try client.send(
            "PATCH",
            Demo.virtualService,
            "{}",
            type: "application/strategic-merge-patch+json"
        )
        let malformed = try client.merge(Demo.virtualService, "{")

        #expect(stale.summary == "409 Conflict")
        #expect(lacking.summary == "422 Invalid")
        #expect(
            lacking.json["details"]?["causes"]?[0]
                == [
                    "reason": "FieldValueRequired", "message": "Required value",
                    "field": "spec.http[0].route[0].destination",
                ]
        )
        #expect(strategic.summary == "415 UnsupportedMediaType")
        #expect(malformed.summary == "400 BadRequest")
    }

    @Test("a dry run answers the would-be object with a higher generation, and stores nothing")
    func dryRun() throws {
        let before = present

        let answer = try client.patch(Demo.virtualService + "?dryRun=All", Demo.weights(1, 99))
        let bad = try client.patch(Demo.virtualService + "?dryRun=x", Demo.weights(1, 99))

        #expect(answer.json["metadata"]?["generation"] == 2)
        #expect(answer.json["metadata"]?["resourceVersion"] == before["metadata"]?["resourceVersion"])
        #expect(answer.json["spec"]?["http"]?[0]?["route"]?[0]?["weight"] == 1)
        #expect(present == before)
        #expect(bad.code == 422)
    }

    @Test("an unknown field is dropped with a warning, or refused when validation is strict")
    func unknownFields() throws {
        let patch = #"[{"op":"add","path":"/spec/http/0/route/0/wieght","value":3}]"#

        let strict = try client.patch(Demo.virtualService + "?fieldValidation=Strict", patch)
        let warned = try client.patch(Demo.virtualService, patch)

        #expect(strict.summary == "422 Invalid")
        #expect(strict.json["message"]?.string?.contains(#"unknown field "spec.http[0].route[0].wieght""#) == true)
        #expect(warned.code == 200)
        #expect(warned.header("warning") == #"299 - "unknown field \"spec.http[0].route[0].wieght\"""#)
        #expect(metadata("generation") == 1)
    }
}
