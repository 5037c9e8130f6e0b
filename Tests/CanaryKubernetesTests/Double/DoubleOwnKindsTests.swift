import CanaryTestKit
import CanaryYAML
import Testing

/// Kinds that the agent keeps its own things in, and who asks for them.
@Suite struct DoubleOwnKindsTests {
    private static let canaries = "/apis/haldane.dev/v1/namespaces/test1/canaries"
    private static let configMaps = "/api/v1/namespaces/test1/configmaps"
    private static let canary = """
        {"apiVersion": "haldane.dev/v1", "kind": "Canary", "metadata": {"name": "demo4", "namespace": "test1"},
         "spec": {"steps": ["5%", "100%"]}}
        """

    @Test("the status of a canary is written through its own path only, and generation follows the spec")
    func status() throws {
        let server = try FakeAPIServer()
        try server.apply(json: Self.canary)
        let client = try PlainClient(server)

        let both = try client.merge(
            Self.canaries + "/demo4",
            #"{"spec": {"steps": ["10%", "100%"]}, "status": {"phase": "Idle"}}"#
        )
        let status = try client.merge(
            Self.canaries + "/demo4/status",
            #"{"spec": {"steps": ["50%"]}, "status": {"phase": "Idle"}}"#
        )

        #expect(both.json["status"] == nil)
        #expect(both.json["metadata"]?["generation"]?.integer == 2)
        #expect(status.json["status"]?["phase"]?.string == "Idle")
        #expect(status.json["spec"]?["steps"]?[0]?.string == "10%")
        #expect(status.json["metadata"]?["generation"]?.integer == 2)
    }

    @Test("a merge patch with an old revision is a conflict")
    func conflict() throws {
        let server = try FakeAPIServer()
        let old = try server.apply(YAMLText.parse(Self.canary))["metadata"]?["resourceVersion"]?.string ?? ""
        try server.change(.canaries, "demo4", in: "test1") { $0.setAnnotation("note", "x") }
        let client = try PlainClient(server)

        let answer = try client.merge(
            Self.canaries + "/demo4/status",
            "{\"metadata\": {\"resourceVersion\": \"\(old)\"}, \"status\": {\"phase\": \"Idle\"}}"
        )

        #expect(answer.code == 409)
        #expect(answer.json["reason"]?.string == "Conflict")
    }

    @Test("without their definition there are no canaries")
    func folderMode() throws {
        let server = try FakeAPIServer()
        server.serve(.canaries, versions: [])
        server.serve(.canaryPolicies, versions: [])
        let client = try PlainClient(server)

        let list = try client.get("/apis/haldane.dev/v1/canaries")
        let group = try client.get("/apis/haldane.dev")

        #expect(list.code == 404 && list.text == "404 page not found\n")
        #expect(group.code == 404)
    }

    @Test("a ConfigMap holds at most 1 MiB, bytes counted as bytes")
    func configMapSize() throws {
        let server = try FakeAPIServer()
        try server.apply(
            json: #"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "test1"}}"#
        )
        let client = try PlainClient(server)
        func write(_ bytes: Int) throws -> PlainClient.Answer {
            let text = String(repeating: "AAAA", count: bytes / 3)
            return try client.merge(Self.configMaps + "/a", "{\"binaryData\": {\"snapshot\": \"\(text)\"}}")
        }

        let fits = try write(1_048_575)
        let more = try write(1_048_578)
        let huge = try write(3_000_000)

        #expect(fits.code == 200)
        #expect(more.code == 422)
        #expect(more.json["message"]?.string?.contains("Too long: may not be more than 1048576 bytes") == true)
        #expect(huge.code == 413)
        #expect(huge.json["reason"]?.string == "RequestEntityTooLarge")
    }

    @Test("annotations hold at most 256 KiB")
    func annotationSize() throws {
        let server = try FakeAPIServer()
        try server.apply(json: Self.canary)
        let text = String(repeating: "x", count: 262_144)

        let answer = try PlainClient(server).merge(
            Self.canaries + "/demo4",
            "{\"metadata\": {\"annotations\": {\"a\": \"\(text)\"}}}"
        )

        #expect(answer.code == 422)
    }

    @Test("everybody with a valid token may ask who it is")
    func selfReview() throws {
        let server = try FakeAPIServer()
        server.permit([])

        let answer = try PlainClient(server).send(
            "POST",
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            #"{"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}"#
        )

        #expect(answer.code == 201)
        #expect(answer.json["status"]?["userInfo"]?["username"]?.string == FakeAPIServer.user)
    }

    @Test("rules from manifests permit what they say, and requests leave behind what they needed")
    func roles() throws {
        let server = try FakeAPIServer()
        try server.apply(json: Self.canary)
        let documents = [
            """
            {"kind": "Role", "metadata": {"name": "r", "namespace": "test1"}, "rules": [
              {"apiGroups": ["haldane.dev"], "resources": ["canaries"], "verbs": ["get"], "resourceNames": ["demo4"]}
            ]}
            """,
            """
            {"kind": "RoleBinding", "metadata": {"name": "b", "namespace": "test1"},
             "roleRef": {"kind": "Role", "name": "r"},
             "subjects": [{"kind": "ServiceAccount", "name": "haldane"}]}
            """,
        ]
        server.permit(try AccessRule.granted(by: documents.map { try JSONText.parse($0.utf8) }))
        let client = try PlainClient(server)

        let codes = [
            try client.get(Self.canaries + "/demo4").code, try client.get(Self.canaries + "/other").code,
            try client.get(Self.canaries).code,
        ]

        #expect(codes == [200, 403, 403])
        #expect(
            server.view.permissions.map(\.description).sorted() == [
                "get canaries.haldane.dev 'demo4' in test1",
                "get canaries.haldane.dev 'other' in test1 (refused)",
                "list canaries.haldane.dev in test1 (refused)",
            ]
        )
    }

    @Test("a client that is cut off gets nothing, and another one everything", .timeLimit(.minutes(1)))
    func partition() throws {
        let server = try FakeAPIServer()
        try server.apply(json: Self.canary)
        server.accept(token: "token-of-another", of: "another")
        let other = try PlainClient(server)
        other.token = "token-of-another"

        server.cutOff(user: FakeAPIServer.user)
        let cut = try? PlainClient(server).get(Self.canaries).code
        let whole = try other.get(Self.canaries).code
        server.reconnect(user: FakeAPIServer.user)
        let again = try PlainClient(server).get(Self.canaries).code

        #expect(cut == nil)
        #expect(whole == 200 && again == 200)
    }

    @Test("objects in their thousands are there within seconds", .timeLimit(.minutes(1)))
    func many() throws {
        let server = try FakeAPIServer()
        let documents = try (0..<2000).map { number in
            try JSONText.parse(Self.canary.replacing("\"demo4\"", with: "\"demo-\(number)\"").utf8)
        }

        try server.apply(all: documents)
        let list = try PlainClient(server).get("/apis/haldane.dev/v1/canaries?limit=500")

        #expect(server.view.objects(.canaries).count == 2000)
        #expect(list.json["items"]?.items?.count == 500)
    }
}

extension JSONValue {
    fileprivate mutating func setAnnotation(_ name: String, _ value: String) {
        guard case .object(var members) = self, var metadata = members["metadata"]?.members else { return }
        metadata["annotations"] = [name: .string(value)]
        members["metadata"] = .object(metadata)
        self = .object(members)
    }
}
