import CanaryYAML
import Foundation
import Testing

/// What the agent's service accounts may change of routes: each case is one edit of a document.
@Suite("Admission of routes")
struct AdmissionRouteTests {
    private struct Edit {
        var what: String
        var from: String
        var to: String
        /// A part of the refusal; nil if it is let through.
        var refusal: String?
    }

    /// A document, and edits of it.
    private struct Table {
        let document: String
        let edits: [Edit]

        init(_ name: String) throws {
            let url = DeployFolder.tests.appending(path: "Cases/\(name).yaml")
            let table = try YAMLText.parse(try String(contentsOf: url, encoding: .utf8))
            document = try #require(table["document"]?.string)
            edits = try #require(table["edits"]?.items).map { edit in
                Edit(
                    what: try #require(edit["what"]?.string),
                    from: try #require(edit["from"]?.string),
                    to: edit["to"]?.string ?? "",
                    refusal: edit["refused"]?.string
                )
            }
        }
    }

    private static func expect(_ name: String, _ resource: (group: String, plural: String)) throws {
        let table = try Table(name)
        let (document, edits) = (table.document, table.edits)
        let old = try YAMLText.parse(document)
        let reviews = try edits.map { edit in
            let text = document.replacing(edit.from, with: edit.to, maxReplacements: 1)
            try #require(text != document, "'\(edit.what)' changes nothing")
            return AdmissionPolicy.Review(resource: resource, object: try YAMLText.parse(text), oldObject: old)
                .byAgent()
        }

        let answers = try AdmissionPolicy("routes").answers(reviews)

        try #require(answers.count == edits.count)
        for (edit, answer) in zip(edits, answers) {
            #expect(answer.isConcerned)
            if let refusal = edit.refusal {
                #expect(answer.refusals.contains { $0.contains(refusal) }, "\(edit.what): \(answer.refusals)")
            } else {
                #expect(answer.refusals.isEmpty, "\(edit.what): \(answer.refusals)")
            }
        }
    }

    @Test("of a VirtualService, weights and the partner of a lone destination are let through, and nothing else")
    func virtualServices() throws {
        try Self.expect("virtual-service", ("networking.istio.io", "virtualservices"))
    }

    @Test("of an HTTPRoute, weights and the partner of a lone backend are let through, and nothing else")
    func httpRoutes() throws {
        try Self.expect("http-route", ("gateway.networking.k8s.io", "httproutes"))
    }

    @Test("rules far down a long list are looked at as well, and too long a list is refused")
    func longLists() throws {
        func route(_ count: Int, host: String) -> JSONValue {
            let rules: [JSONValue] = (0..<count).map { index in
                let host: JSONValue = index == count - 1 ? .string(host) : "a"
                return ["route": [["destination": ["host": host], "weight": 1]]]
            }
            return ["metadata": ["name": "a", "namespace": "test1"], "spec": ["http": .array(rules)]]
        }
        let reviews = [(1000, "b"), (1024, "a"), (1025, "a")].map { count, host in
            AdmissionPolicy.Review(
                resource: ("networking.istio.io", "virtualservices"),
                object: route(count, host: host),
                oldObject: route(count, host: "a")
            ).byAgent()
        }

        let answers = try AdmissionPolicy("routes").answers(reviews)

        #expect(answers.map(\.refusals.isEmpty) == [false, true, false])
    }

    @Test("routes are neither created nor deleted; other users are not concerned")
    func others() throws {
        let route = try YAMLText.parse(Table("virtual-service").document)
        let resource = ("networking.istio.io", "virtualservices")
        let reviews = [
            AdmissionPolicy.Review(operation: "CREATE", resource: resource, object: route).byAgent(),
            AdmissionPolicy.Review(operation: "DELETE", resource: resource, oldObject: route).byAgent(),
            AdmissionPolicy.Review(operation: "DELETE", resource: resource, oldObject: route),
        ]

        let answers = try AdmissionPolicy("routes").answers(reviews)

        #expect(answers.map(\.isConcerned) == [true, true, false])
        #expect(
            answers.prefix(2).allSatisfy {
                $0.refusals == ["Haldane changes routes; it neither creates nor deletes them"]
            }
        )
    }

    @Test("the label counts as it stood before, under its name alone, for all routes and all our service accounts")
    func labels() throws {
        func route(_ metadata: [String: JSONValue]) -> JSONValue {
            ["metadata": .object(metadata.merging(["name": "cart", "namespace": "shop"]) { $1 }), "spec": [:]]
        }
        let label: JSONValue = ["haldane.dev/canary": "cart"]
        let (bare, planned) = (route([:]), route(["labels": label]))
        func review(_ plural: String, _ group: String, _ new: JSONValue, _ old: JSONValue) -> AdmissionPolicy.Review {
            AdmissionPolicy.Review(resource: (group, plural), object: new, oldObject: old).byAgent()
        }
        var reviews: [AdmissionPolicy.Review] = []
        for (plural, group) in [
            ("virtualservices", "networking.istio.io"), ("httproutes", "gateway.networking.k8s.io"),
            ("grpcroutes", "gateway.networking.k8s.io"),
        ] {
            reviews += [
                review(plural, group, planned, planned), review(plural, group, bare, bare),
                // It cannot plan a route by itself; whoever takes the label away ends the plan from the next write on.
                review(plural, group, planned, bare),
                review(plural, group, route(["annotations": label]), route(["annotations": label])),
                review(
                    plural,
                    group,
                    route(["labels": ["haldane.dev/Canary": "cart"]]),
                    route(["labels": ["canary": "cart"]])
                ),
                review(plural, group, planned, route(["labels": ["haldane.dev/canary": ""]])),
            ]
        }
        var sweep = review("virtualservices", "networking.istio.io", bare, bare)
        sweep.user = "system:serviceaccount:haldane-system:haldane-sweep"
        let owner = AdmissionPolicy.Review(
            resource: ("networking.istio.io", "virtualservices"),
            object: bare,
            oldObject: bare
        )

        let answers = try AdmissionPolicy("planned-routes").answers(reviews + [sweep, owner])

        let routes = [true, false, false, false, false, true]
        #expect(answers.map(\.refusals.isEmpty) == routes + routes + routes + [false, true])
        #expect(answers.map(\.isConcerned) == Array(repeating: true, count: 19) + [false])
        let concerned = try AdmissionPolicy("planned-routes").manifest[["spec", "matchConstraints", "resourceRules"]]
        #expect(
            concerned?.items?.flatMap { $0["resources"]?.items ?? [] } == [
                "virtualservices", "httproutes", "grpcroutes",
            ]
        )
    }

    @Test("a route without the label of a plan is not changed, and the refusal says how to plan it")
    func planned() throws {
        let text = try Table("virtual-service").document
        let labelled = text.replacing("{app: demo4}", with: "{haldane.dev/canary: demo4}")
        let resource = ("networking.istio.io", "virtualservices")
        let reviews = try [text, labelled].map {
            let route = try YAMLText.parse($0)
            return AdmissionPolicy.Review(resource: resource, object: route, oldObject: route).byAgent()
        }

        let answers = try AdmissionPolicy("planned-routes").answers(reviews)

        #expect(
            answers.map(\.refusals) == [
                [
                    "no canary is planned for this route: kubectl label -n test1 virtualservices demo4-vs haldane.dev/canary=NAME"
                ],
                [],
            ]
        )
    }
}
