import CanaryYAML
import Testing

/// What operators may ask of a canary, and the agent of Leases and ConfigMaps.
@Suite("Admission of requests and of our own objects")
struct AdmissionRequestTests {
    private static let force = "force-promote canaries.haldane.dev shop/cart"
    private static let user = "alice@example.org"

    /// A request's text, as the program writes it.
    private static func text(_ changes: [String: JSONValue?] = [:]) -> String {
        var members: [String: JSONValue] = [
            "id": "0a-1", "verb": "promote", "force": false, "reason": "it is time", "by": .string(user),
            "at": "2026-11-23T17:00:00Z",
        ]
        for (key, value) in changes { members[key] = value }
        return String(decoding: JSONText.bytes(of: .object(members)), as: UTF8.self)
    }

    private static func object(_ request: String?, key: String = "haldane.dev/request") -> JSONValue {
        var annotations: [String: JSONValue] = ["note": "x"]
        annotations[key] = request.map { .string($0) }
        return ["metadata": ["name": "cart", "namespace": "shop", "annotations": .object(annotations)], "spec": [:]]
    }

    private static func review(
        _ object: JSONValue,
        after old: JSONValue?,
        _ permissions: [String] = [],
        of plural: String = "canaries"
    ) -> AdmissionPolicy.Review {
        AdmissionPolicy.Review(
            operation: old == nil ? "CREATE" : "UPDATE",
            resource: ("haldane.dev", plural),
            user: user,
            object: object,
            oldObject: old,
            permissions: permissions
        )
    }

    private static func expect(_ texts: [(String?, refused: String?)], after old: String?) throws {
        let before = object(old)

        let answers = try AdmissionPolicy("requests").answers(texts.map { review(object($0.0), after: before) })

        try #require(answers.count == texts.count)
        for ((text, refusal), answer) in zip(texts, answers) {
            if let refusal {
                #expect(answer.refusals.contains { $0.contains(refusal) }, "\(text ?? "-"): \(answer.refusals)")
            } else {
                #expect(answer.refusals.isEmpty, "\(text ?? "-"): \(answer.refusals)")
            }
        }
    }

    @Test("a request is taken under its own name; what leaves one alone, or takes it away, is none")
    func names() throws {
        let bobs = Self.text(["by": "bob", "id": "0a-0"])
        let name = "by must be alice@example.org"

        try Self.expect(
            [
                (Self.text(), nil), (Self.text(["reason": "\"quoted\" \\ \n\u{1} ü", "verb": "retry"]), nil),
                (Self.text(["reason": ""]), nil), (bobs, nil), (nil, nil), ("", nil),
                (Self.text(["by": "bob"]), name), (Self.text(["by": "alice"]), name),
                (Self.text(["by": "alice@example.org2"]), name),
                (Self.text(["by": "bob", "reason": "\"by\":\"alice@example.org\",\"force\":"]), name),
                (Self.text(["by": "\",\"by\":\"alice@example.org\",\"force\":"]), name),
            ],
            after: bobs
        )
    }

    @Test("a text that could be read in two ways is no request")
    func forms() throws {
        let good = Self.text()
        let form = "not as `haldane` writes it"

        try Self.expect(
            [
                (good.replacing("}", with: ",\"by\":\"bob\"}"), form),
                (good.replacing("{", with: "{\"by\":\"bob\","), form),
                (good.replacing("}", with: ",\"\\u0062y\":\"bob\"}"), form), (good.replacing(",", with: ", "), form),
                (good + "\n", form), ("[\(good)]", form), ("promote", form), (Self.text(["force": nil]), form),
                (Self.text(["force": "true"]), form), (Self.text(["more": 1]), form), (Self.text(["id": "a b"]), form),
                (Self.text(["reason": .string(String(repeating: "x", count: 4096))]), form),
                (Self.text(["by": "\\"]), "by must be"),
            ],
            after: nil
        )
    }

    @Test("a request that stands on a new object is looked at as well")
    func created() throws {
        let answers = try AdmissionPolicy("requests").answers([
            Self.review(Self.object(Self.text()), after: nil),
            Self.review(Self.object(Self.text(["by": "bob"])), after: nil),
            Self.review(["metadata": ["name": "cart", "namespace": "shop"]], after: nil),
        ])

        #expect(answers.map(\.refusals.isEmpty) == [true, false, true])
    }

    @Test("a forced promotion needs the verb force-promote on this very canary")
    func forced() throws {
        let forced = Self.object(Self.text(["force": true]))
        let quoting = Self.object(Self.text(["reason": "\",\"force\":true,\"id\":\""]))
        let before = Self.object(nil)

        let answers = try AdmissionPolicy("requests").answers([
            Self.review(forced, after: before, [Self.force]),
            Self.review(
                forced,
                after: before,
                ["force-promote canaries.haldane.dev shop/pay", "patch canaries.haldane.dev shop/cart"]
            ),
            Self.review(forced, after: nil), Self.review(forced, after: forced), Self.review(quoting, after: before),
        ])

        let words =
            "alice@example.org may not force promotions: the verb force-promote on canaries.haldane.dev is missing"
        #expect(answers.map(\.refusals) == [[], [words], [words], [], []])
    }

    @Test("brakes are lifted under one's own name")
    func brakes() throws {
        func review(_ text: String) -> AdmissionPolicy.Review {
            Self.review(
                Self.object(text, key: "haldane.dev/lift-brakes"),
                after: Self.object(nil),
                of: "canarypolicies"
            )
        }

        let answers = try AdmissionPolicy("requests").answers([
            review(#"{"by":"alice@example.org","mark":"2026-11-23T17:00:00Z","reason":"the cache is back"}"#),
            review(#"{"by":"bob","mark":"2026-11-23T17:00:00Z","reason":"{\"by\":\"alice@example.org\",\"mark\":"}"#),
            review(#"{"by":"alice@example.org","mark":"x","reason":"","by":"bob"}"#),
        ])

        #expect(answers.map(\.refusals.isEmpty) == [true, false, false])
    }

    @Test("a freeze that names somebody was written by them")
    func freeze() throws {
        func policy(_ freeze: JSONValue?) -> JSONValue {
            let spec: JSONValue = freeze.map { ["freeze": $0] } ?? [:]
            return ["metadata": ["name": "default", "namespace": "shop"], "spec": spec]
        }
        func review(_ new: JSONValue, _ old: JSONValue?) -> AdmissionPolicy.Review {
            Self.review(new, after: old, of: "canarypolicies")
        }
        let alices: JSONValue = ["reason": "fire", "by": "alice@example.org"]
        let bobs: JSONValue = ["reason": "fire", "by": "bob"]

        let answers = try AdmissionPolicy("requests").answers([
            review(policy(alices), policy(nil)), review(policy(["reason": "x"]), nil),
            review(policy(bobs), policy(bobs)),
            review(policy(bobs), policy(nil)), review(policy(bobs), nil), review(policy(nil), policy(bobs)),
        ])

        #expect(answers.map(\.refusals.isEmpty) == [true, true, true, false, false, true])
    }

    @Test("the agent writes only Leases and ConfigMaps of its own")
    func ownObjects() throws {
        func object(_ name: String, _ manager: String?) -> JSONValue {
            let labels: JSONValue = manager.map { ["app.kubernetes.io/managed-by": .string($0)] } ?? [:]
            return ["metadata": ["name": .string(name), "namespace": "shop", "labels": labels]]
        }
        func review(_ new: JSONValue?, _ old: JSONValue?) -> AdmissionPolicy.Review {
            let operation = old == nil ? "CREATE" : new == nil ? "DELETE" : "UPDATE"
            return AdmissionPolicy.Review(
                operation: operation,
                resource: ("coordination.k8s.io", "leases"),
                object: new,
                oldObject: old
            ).byAgent()
        }
        let own = object("haldane-cart", "haldane")

        let answers = try AdmissionPolicy("own-objects").answers([
            review(own, nil), review(own, own), review(nil, own),
            review(object("kube-scheduler", "haldane"), nil), review(object("haldane-cart", nil), nil),
            review(own, object("haldane-cart", "Helm")), review(nil, object("app-settings", nil)),
        ])

        #expect(answers.map(\.refusals.isEmpty) == [true, true, true, false, false, false, false])
        #expect(answers.allSatisfy { $0.isConcerned })
    }

    @Test(
        "each policy fails closed, is bound with Deny, and concerns the namespace of the manifests",
        arguments: [
            "routes", "planned-routes", "own-objects", "requests",
        ]
    )
    func bound(name: String) throws {
        let documents = try DeployFolder.documents("admission/\(name).yaml")
        try #require(documents.count == 2)
        let (policy, binding) = (documents[0], documents[1])

        #expect(policy[["spec", "failurePolicy"]] == "Fail")
        #expect(binding[["spec", "policyName"]] == policy[["metadata", "name"]])
        #expect(binding[["spec", "validationActions"]] == ["Deny", "Audit"])
        let condition = policy[["spec", "matchConditions"]]?[0]?["expression"]?.string ?? ""
        #expect(name == "requests" || condition.contains("'system:serviceaccounts:haldane-system'"))
        for validation in policy[["spec", "validations"]]?.items ?? [] {
            #expect(validation["message"]?.string?.isEmpty == false)
            #expect(validation["message"]?.string?.contains("\n") == false)
        }
    }
}
