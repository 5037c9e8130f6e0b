import CanaryTestKit
import CanaryYAML
import Testing

@Suite("The API server double: create, update, delete", .timeLimit(.minutes(1)))
struct DoubleWriteTests {
    private let server: FakeAPIServer
    private let client: PlainClient

    init() throws {
        server = try ClusterFixture().server
        client = try PlainClient(server)
    }

    private func lease(_ spec: String, name: String = "run") -> String {
        Demo.document("coordination.k8s.io/v1", "Lease", name, #","spec":{\#(spec)}"#)
    }

    @Test(
        "a Lease's times have exactly six digits, and its duration is positive",
        arguments: [
            (#""renewTime":"2026-01-01T00:00:00.000000Z","leaseDurationSeconds":15"#, "201 Lease"),
            (#""renewTime":"2026-01-01T00:00:00.000000+01:00""#, "201 Lease"),
            (#""renewTime":"2026-01-01T00:00:00Z""#, "400 BadRequest"),
            (#""acquireTime":"2026-01-01T00:00:00.000Z""#, "400 BadRequest"),
            (#""acquireTime":"yesterday""#, "400 BadRequest"),
            (#""leaseDurationSeconds":0"#, "422 Invalid"),
            (#""leaseDurationSeconds":"15""#, "400 BadRequest"),
        ]
    )
    func leases(spec: String, expected: String) throws {
        #expect(try client.send("POST", Demo.leases, lease(spec)).summary == expected)
    }

    @Test("a second POST is AlreadyExists, a PUT with an old revision Conflict, one without a revision Invalid")
    func conflicts() throws {
        let first = try client.send("POST", Demo.leases, lease(#""holderIdentity":"a""#))
        let again = try client.send("POST", Demo.leases, lease(#""holderIdentity":"b""#))
        var document = first.json
        document = .object((document.members ?? [:]).merging(["spec": ["holderIdentity": "b"]]) { $1 })
        let text = String(decoding: JSONText.bytes(of: document), as: UTF8.self)

        let update = try client.send("PUT", Demo.leases + "/run", text)
        let stale = try client.send("PUT", Demo.leases + "/run", text)
        let bare = try client.send("PUT", Demo.leases + "/run", lease(#""holderIdentity":"c""#))
        let other = try client.send("PUT", Demo.leases + "/other", text)

        #expect(again.summary == "409 AlreadyExists")
        #expect(update.json["spec"]?["holderIdentity"]?.string == "b")
        #expect(stale.summary == "409 Conflict")
        #expect(bare.summary == "422 Invalid")
        #expect(bare.json["message"]?.string?.contains("must be specified for an update") == true)
        #expect(other.summary == "400 BadRequest")
    }

    @Test("an Event needs its time, reporter, action, reason and type, and the namespace of what it regards")
    func events() throws {
        let rest = """
            ,"eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"haldane","reportingInstance":"a",
            "action":"Step","reason":"Step","type":"Normal","regarding":{"kind":"VirtualService","namespace":"test1"}
            """
        let complete = Demo.document("events.k8s.io/v1", "Event", "e1", rest)
        let bare = Demo.document("events.k8s.io/v1", "Event", "e2")

        let answer = try client.send("POST", Demo.events, bare)

        #expect(try client.send("POST", Demo.events, complete).code == 201)
        #expect(answer.summary == "422 Invalid")
        let fields = answer.json["details"]?["causes"]?.items?.compactMap { $0["field"]?.string } ?? []
        #expect(
            fields == [
                "eventTime", "reportingController", "reportingInstance", "action", "reason", "type",
                "involvedObject.namespace",
            ]
        )
    }

    @Test("an object gets a uid, a time, generation 1 and owners when it is created, and a name if it has a prefix")
    func creation() throws {
        let document = #"{"metadata":{"generateName":"x-"},"spec":{"hosts":["a"],"wrong":1}}"#

        let answer = try client.send("POST", Demo.istio + "?fieldManager=me", document)

        let metadata = answer.json["metadata"]
        #expect(answer.code == 201)
        #expect(metadata?["name"]?.string?.hasPrefix("x-") == true)
        #expect(metadata?["generation"] == 1)
        #expect(metadata?["uid"]?.string?.count == 36)
        #expect(metadata?["creationTimestamp"]?.string?.hasSuffix("Z") == true)
        #expect(metadata?["managedFields"]?[0]?["manager"]?.string == "me")
        #expect(answer.json["spec"] == ["hosts": ["a"]])
        #expect(answer.header("warning")?.contains("spec.wrong") == true)
    }

    @Test(
        "a document that does not fit its path is refused",
        arguments: [
            (#"{"metadata":{}}"#, 422), (#"{"metadata":{"name":"Upper_Case"}}"#, 422), ("[]", 400), ("", 400),
            (#"{"kind":"Pod","metadata":{"name":"x"}}"#, 400),
            (#"{"apiVersion":"networking.istio.io/v1beta1","metadata":{"name":"x"}}"#, 400),
            (#"{"metadata":{"name":"x","namespace":"other"}}"#, 400),
            (#"{"metadata":{"name":"x","resourceVersion":"5"}}"#, 400),
            (#"{"metadata":{"name":"x","labels":{"a":1}}}"#, 400),
            (#"{"metadata":{"name":"demo4-vs"}}"#, 409), (#"{"metadata":{"name":"x"},"spec":{"wrong":1}}"#, 400),
        ]
    )
    func misfits(document: String, code: Int) throws {
        #expect(try client.send("POST", Demo.istio + "?fieldValidation=Strict", document).code == code)
    }

    @Test("the status is written through its own path only, and raises no generation")
    func status() throws {
        let patch = #"{"spec":{"hosts":["other"]},"status":{"observedGeneration":7}}"#

        let main = try client.merge(Demo.virtualService, #"{"status":{"observedGeneration":6}}"#).json
        let status = try client.merge(Demo.virtualService + "/status", patch).json

        #expect(main["status"] == nil)
        #expect(status["status"] == ["observedGeneration": 7])
        #expect(status["spec"]?["hosts"] == ["demo4.a.com"])
        #expect(status["metadata"]?["generation"] == 1)
    }

    @Test("a deleted object is gone; its deletion may ask for a revision; finalizers hold it")
    func deletion() throws {
        let stale = try client.send("DELETE", Demo.virtualService, #"{"preconditions":{"resourceVersion":"1"}}"#)
        let gone = try client.send("DELETE", Demo.virtualService)
        _ = try client.merge(Demo.httpRoute, #"{"metadata":{"finalizers":["a/b"]}}"#)
        let held = try client.send("DELETE", Demo.httpRoute)

        #expect(stale.summary == "409 Conflict")
        #expect(gone.json["status"]?.string == "Success")
        #expect(try client.get(Demo.virtualService).summary == "404 NotFound")
        #expect(held.json["metadata"]?["deletionTimestamp"] != nil)
        #expect(try client.get(Demo.httpRoute).code == 200)
        _ = try client.merge(Demo.httpRoute, #"{"metadata":{"finalizers":null}}"#)
        #expect(try client.get(Demo.httpRoute).code == 404)
    }

    @Test("a namespace that is gone has no objects, an empty list, and takes no new ones")
    func namespaces() throws {
        let terminating = try client.send("DELETE", "/api/v1/namespaces/test1")
        let blocked = try client.send("POST", Demo.leases, lease(""))
        server.deleteNamespace("test1")

        #expect(terminating.json["status"]?["phase"]?.string == "Terminating")
        #expect(blocked.summary == "403 Forbidden")
        #expect(try client.get(Demo.virtualService).summary == "404 NotFound")
        #expect(try client.get(Demo.istio).json["items"]?.items?.isEmpty == true)
        let refused = try client.send("POST", Demo.leases, lease(""))
        #expect(refused.json["message"]?.string == #"namespaces "test1" not found"#)
    }
}
