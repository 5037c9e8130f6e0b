import CanaryYAML
import Testing

/// What operators may ask of a canary, and the agent of Leases and ConfigMaps.
@Suite("Admission of requests and of our own objects")
struct AdmissionRequestTests {
    private static let force = "force-promote canaries.haldane.dev shop/cart"
    private static let alice = "alice@example.org"
    private static let gitOps = "system:serviceaccount:argocd:argocd-application-controller"

    private static func review(
        _ object: JSONValue,
        after old: JSONValue?,
        _ permissions: [String] = [],
        of plural: String = "canaries",
        by user: String = alice
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

    /// An attempt to change the request on an object, and a part of the first refusal; nil if it is let through.
    private struct Attempt {
        var what: String
        var before: [String: String]?
        var after: [String: String]
        var user = alice
        var permissions: [String] = []
        var resource = "canaries"
        var refusal: String?
    }

    private static func expect(_ attempts: [Attempt]) throws {
        let written = try WrittenRequests()
        let reviews = attempts.map { attempt in
            review(
                written.object(attempt.after, of: attempt.resource),
                after: attempt.before.map { written.object($0, of: attempt.resource) },
                attempt.permissions,
                of: attempt.resource,
                by: attempt.user
            )
        }

        let answers = try AdmissionPolicy("requests").answers(reviews)

        try #require(answers.count == attempts.count)
        for (attempt, answer) in zip(attempts, answers) {
            if let refusal = attempt.refusal {
                #expect(answer.refusals.first?.contains(refusal) == true, "\(attempt.what): \(answer.refusals)")
            } else {
                #expect(answer.refusals == [], "\(attempt.what)")
            }
        }
    }

    @Test(
        "what the program writes is let through for who asked, also in the place of another's request, and for nobody else"
    )
    func written() throws {
        let written = try WrittenRequests()
        let writes = written.writes
        let standing = try written.members("rollback").merging(["by": "bob", "id": "0a-0a-0a"]) { $1 }
        let policy = try AdmissionPolicy("requests")
        func ask(_ user: String, after old: (WrittenRequests.Write) -> JSONValue?) throws -> [AdmissionPolicy.Answer] {
            try policy.answers(
                writes.map { Self.review($0.after, after: old($0), [Self.force], of: $0.resource, by: user) }
            )
        }

        let own = try ask(Self.alice) { $0.before }
        let onAnother = try ask(Self.alice) { written.object(standing, of: $0.resource) }
        let foreign = try ask("bob") { $0.before }

        #expect(Set(writes.map(\.what)).count >= 8)
        for (index, write) in writes.enumerated() {
            #expect(own[index].refusals == [], "\(write.what)")
            #expect(onAnother[index].refusals == [], "\(write.what)")
            #expect(foreign[index].refusals.first?.contains("must be bob") == true, "\(write.what)")
        }
    }

    @Test("the policy knows the members and the verbs that the program knows, and no others")
    func drift() throws {
        let written = try WrittenRequests()
        let variables = try AdmissionPolicy("requests").manifest[["spec", "variables"]]?.items ?? []
        func words(_ name: String) -> [[String]] {
            let text = variables.first { $0["name"] == .string(name) }?["expression"]?.string ?? ""
            // What is quoted, list by list.
            return text.split(separator: "[", omittingEmptySubsequences: false).dropFirst().map { part in
                let parts = part.prefix { $0 != "]" }.split(separator: "'", omittingEmptySubsequences: false)
                return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
            }
        }

        #expect(words("names") == [written.names])
        #expect(words("verbs") == [written.verbs["canaries"] ?? [], written.verbs["canarypolicies"] ?? []])
        let used = Set(written.writes.flatMap { written.members(on: $0.after).keys })
        #expect(used == Set(written.names), "each member is written by some verb")
    }

    @Test("a forced promotion needs the verb force-promote on this very canary, each time anew")
    func forced() throws {
        let forced = try WrittenRequests().members("promote --force")
        let plain = try WrittenRequests().members("promote")
        let words =
            "alice@example.org may not force promotions: the verb force-promote on canaries.haldane.dev is missing"
        let others = ["force-promote canaries.haldane.dev shop/pay", "patch canaries.haldane.dev shop/cart"]
        let again = forced.merging(["id": "other-id-1"]) { $1 }

        try Self.expect([
            Attempt(what: "permitted", before: plain, after: forced, permissions: [Self.force]),
            Attempt(what: "not permitted", before: plain, after: forced, refusal: words),
            Attempt(what: "on another", before: plain, after: forced, permissions: others, refusal: words),
            Attempt(what: "created so", before: nil, after: forced, refusal: words),
            Attempt(what: "created so, permitted", before: nil, after: forced, permissions: [Self.force]),
            Attempt(what: "no longer permitted", before: forced, after: again, refusal: words),
            Attempt(what: "put back", before: [:], after: forced, refusal: words),
            Attempt(what: "left alone", before: forced, after: forced),
        ])
    }

    @Test("what leaves a request alone, or takes it away, is none, whoever does it")
    func untouched() throws {
        let forced = try WrittenRequests().members("promote --force")

        try Self.expect([
            Attempt(what: "untouched", before: forced, after: forced, user: Self.gitOps),
            Attempt(what: "removed", before: forced, after: [:], user: Self.gitOps),
            Attempt(what: "none", before: [:], after: [:], user: Self.gitOps),
            Attempt(what: "none on a new object", before: nil, after: [:], user: Self.gitOps),
            Attempt(
                what: "restored",
                before: nil,
                after: forced,
                user: Self.gitOps,
                refusal: "by must be \(Self.gitOps)"
            ),
            Attempt(
                what: "put back",
                before: [:],
                after: forced,
                user: "bob",
                permissions: [Self.force],
                refusal: "bob"
            ),
        ])
    }

    @Test("no member of a request that stands is changed, added or taken away, neither by others nor by who asked")
    func piecemeal() throws {
        let written = try WrittenRequests()
        let forced = try written.members("promote --force")
        let plain = try written.members("promote")
        var attempts: [Attempt] = []
        for user in [Self.alice, "bob"] {
            func attempt(_ what: String, _ before: [String: String], _ after: [String: String]) {
                attempts.append(
                    Attempt(
                        what: "\(what) by \(user)",
                        before: before,
                        after: after,
                        user: user,
                        permissions: [Self.force],
                        refusal: ""
                    )
                )
            }
            for name in written.names where name != "id" {
                let changed = forced.merging([name: (forced[name] ?? "") + "x"]) { $1 }
                attempt("\(name) changed", forced, changed)
                attempt("\(name) emptied", plain, plain.merging([name: ""]) { $1 })
                if forced[name] != nil { attempt("\(name) taken away", forced, forced.filter { $0.key != name }) }
                attempt("\(name) alone", [:], [name: forced[name] ?? "x"])
            }
            attempt("id alone", [:], ["id": "0123456789"])
            attempt("id taken away", forced, forced.filter { $0.key != "id" })
            attempt("force added", plain, plain.merging(["force": "true", "target": "run-1"]) { $1 })
            attempt("force added under own name", plain, forced.merging(["id": plain["id"] ?? "", "by": user]) { $1 })
            attempt("by changed", forced, forced.merging(["by": user + "2"]) { $1 })
            attempt("at changed", forced, forced.merging(["at": "2026-05-28T20:27:40Z"]) { $1 })
            attempt("verb changed", plain, plain.merging(["verb": "rollback"]) { $1 })
        }
        attempts.append(
            Attempt(
                what: "id by bob",
                before: plain,
                after: plain.merging(["id": "0123456789"]) { $1 },
                user: "bob",
                refusal: ""
            )
        )

        let reviews = attempts.map {
            Self.review(
                written.object($0.after),
                after: $0.before.map { written.object($0) },
                $0.permissions,
                by: $0.user
            )
        }
        let answers = try AdmissionPolicy("requests").answers(reviews)

        try #require(answers.count == attempts.count)
        for (attempt, answer) in zip(attempts, answers) { #expect(answer.refusals != [], "\(attempt.what)") }
        // Asked again as a whole it is another request.
        try Self.expect([
            Attempt(what: "asked again", before: plain, after: plain.merging(["id": "0123456789"]) { $1 })
        ])
    }

    @Test("a request that the agent would not understand, or in more than one way, is refused")
    func forms() throws {
        let written = try WrittenRequests()
        let promote = try written.members("promote --force")
        let rollback = try written.members("rollback")
        let lift = try written.members("freeze --lift", of: "canarypolicies").merging([
            "verb": "lift-brakes", "mark": "m",
        ]) {
            $1
        }
        let (form, belongs) = ("needs an id of 8 to 64", "each only there and never without")
        func attempts(
            _ members: [String: String],
            _ changes: [([String: String?], String)],
            of resource: String = "canaries"
        ) -> [Attempt] {
            changes.map { change, refusal in
                var after = members
                for (name, text) in change { after[name] = text }
                return Attempt(
                    what: "\(change)",
                    before: [:],
                    after: after,
                    permissions: [Self.force],
                    resource: resource,
                    refusal: refusal
                )
            }
        }

        try Self.expect(
            attempts(
                rollback,
                [
                    (["id": "short"], form), (["id": "UPPER-CASE"], form), (["id": nil], form),
                    (["id": "a b c d e f"], form),
                    (["id": "12345678\n"], form), (["id": String(repeating: "a", count: 65)], form),
                    (["at": nil], form),
                    (["at": "now"], form), (["at": "2026-05-28T20:27:40Z\n"], form),
                    (["reason": String(repeating: "ü", count: 2049)], form), (["verb": "explode"], "is one of promote"),
                    (["verb": nil], "is one of promote"), (["verb": "lift-brakes"], "is one of promote"),
                    (["verb": "Promote"], "is one of promote"), (["by": nil], "by must be"), (["by": ""], "by must be"),
                    (["by": "ALICE@example.org"], "by must be"), (["by": "alice@example.org "], "by must be"),
                    (["force": "true", "target": "run-1"], belongs), (["mark": "x"], belongs),
                    (["target": "x"], belongs),
                ]
            )
                + attempts(
                    promote,
                    [
                        (["force": "yes"], belongs), (["force": "True"], belongs), (["force": ""], belongs),
                        (["force": nil], belongs), (["target": nil], belongs), (["target": ""], belongs),
                    ]
                )
                + attempts(
                    lift,
                    [
                        (["verb": "promote", "mark": nil], "on canarypolicies is one of unfreeze"),
                        (["mark": nil], belongs),
                        (["mark": ""], belongs), (["verb": "unfreeze"], belongs), (["force": "true"], belongs),
                        (["mark": String(repeating: "m", count: 65)], belongs), (["by": "bob"], "by must be"),
                    ],
                    of: "canarypolicies"
                )
        )
    }

    @Test("a name in other letters, or of no member, is not let in; one that stands holds nobody up")
    func names() throws {
        let written = try WrittenRequests()
        let members = try written.members("rollback")
        let strange = [
            "Request.haldane.dev/force", "REQUEST.HALDANE.DEV/by", "request.haldane.dev/Force", written.prefix + "x",
        ]
        let policy = try AdmissionPolicy("requests")

        for name in strange {
            let answers = try policy.answers([
                Self.review(written.object([:], [name: "true"]), after: written.object([:])),
                Self.review(written.object(members, [name: "true"]), after: nil),
                Self.review(written.object(members, [name: "no"]), after: written.object([:], [name: "true"])),
                Self.review(written.object(members, [name: "true"]), after: written.object([:], [name: "true"])),
                Self.review(written.object([:]), after: written.object(members, [name: "true"]), by: Self.gitOps),
            ])

            #expect(answers.map(\.refusals.isEmpty) == [false, false, false, true, true], "\(name)")
            #expect(answers[0].refusals.first?.contains("there are only id, verb, force") == true)
        }
    }

    @Test("what is refused is forbidden, not invalid, whichever rule it was")
    func reasons() throws {
        let validations = try AdmissionPolicy("requests").manifest[["spec", "validations"]]?.items ?? []

        #expect(validations.count > 4)
        #expect(validations.allSatisfy { $0["reason"] == "Forbidden" })
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
