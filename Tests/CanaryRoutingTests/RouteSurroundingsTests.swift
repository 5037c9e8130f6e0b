import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Testing

@Suite("RouteSurroundings")
struct RouteSurroundingsTests {
    typealias Objects = ClusterObjects

    private static func findings(
        _ route: KubernetesObject,
        virtualServices: [KubernetesObject] = [],
        httpRoutes: [KubernetesObject] = [],
        destinationRules: [KubernetesObject]? = [Objects.destinationRule()],
        services: [KubernetesObject]? = Objects.services,
        countsAtServer: Bool = true
    ) throws -> [RouteFinding] {
        let isService = route.kind == "VirtualService"
        let selection = RouteSelection(
            kind: isService ? .virtualService : .httpRoute,
            object: route.name,
            namespace: "test1",
            stable: isService ? DestinationSpec(subset: "v1") : DestinationSpec(host: "demo4-v1"),
            canary: isService ? DestinationSpec(subset: "v2") : DestinationSpec(host: "demo4-v2")
        )
        let reading = try RouteObject(json: route.json, selection: selection).reading
        var around = RouteSurroundings(
            route: route,
            kind: selection.kind,
            reading: reading,
            countsAtServer: countsAtServer
        )
        around.virtualServices = virtualServices + (isService ? [route] : [])
        around.httpRoutes = httpRoutes + (isService ? [] : [route])
        around.grpcRoutes = []
        around.destinationRules = destinationRules
        around.services = services
        return around.findings()
    }

    private static func words(_ findings: [RouteFinding]) -> [String] { findings.map(\.word) }

    @Test("A rule for the mesh and its host alone leaves nothing to say")
    func clean() throws {
        #expect(try Self.findings(Objects.virtualService()) == [])
        #expect(try Self.findings(Objects.virtualService(gateways: ["mesh", "gateway"])) == [])
        let parents: JSONValue = [["group": "", "kind": "Service", "name": "demo4"]]
        #expect(try Self.findings(Objects.httpRoute(parents: parents)) == [])
    }

    @Test("A rule for gateways only leaves callers inside the mesh to a Service that selects both versions")
    func gatewayOnly() throws {
        let outside = Objects.virtualService(hosts: ["demo4.a.com"], gateways: ["demo4-gateway"])
        let findings = try Self.findings(outside)
        #expect(Self.words(findings) == ["gatewayOnly"])
        #expect(
            findings.first?.sentence == """
                Service test1/demo4 selects the pods of both versions, and VirtualService test1/demo4-vs holds at gateways \
                only: callers inside the mesh reach the canary at any weight, also at 0
                """
        )
        #expect(try Self.words(Self.findings(Objects.httpRoute())) == ["gatewayOnly"])
        let foreignHost = Objects.virtualService(hosts: ["demo4.a.com"])
        #expect(try Self.findings(foreignHost).first?.sentence.contains("does not answer for that host") == true)
        let narrow = [Objects.service("demo4", ["app": "demo4", "version": "v1"])]
        #expect(try Self.findings(outside, services: narrow) == [])
        #expect(try Self.findings(outside, services: nil) == [])
        #expect(try Self.findings(Objects.httpRoute(), services: Array(Objects.services.dropFirst())) == [])
    }

    @Test("Another route that governs the Service inside the mesh takes the place of the warning about its callers")
    func governed() throws {
        let outside = Objects.virtualService(hosts: ["demo4.a.com"], gateways: ["demo4-gateway"])
        let inside = Objects.virtualService(
            "inside",
            route: [["destination": ["host": "demo4", "subset": "v1"]]]
        )
        let findings = try Self.findings(outside, virtualServices: [inside])
        #expect(Self.words(findings) == ["otherRoutes"])
        #expect(
            findings.first?.sentence == """
                VirtualService test1/inside, rule 0, sends to demo4.test1.svc.cluster.local (v1) as well, whatever the weights \
                of VirtualService test1/demo4-vs
                """
        )
    }

    @Test(
        "Other routes that send to the versions are found by name, by subset and by the pods that their Service selects",
        arguments: [
            (#"{"host":"demo4"}"#, "both versions (demo4.test1.svc.cluster.local)" as String?),
            (#"{"host":"demo4","subset":"v2"}"#, "demo4.test1.svc.cluster.local (v2)"),
            (#"{"host":"demo4.test1.svc.cluster.local","subset":"v1"}"#, "demo4.test1.svc.cluster.local (v1)"),
            (
                #"{"host":"demo4-v2"}"#,
                "demo4-v2.test1.svc.cluster.local, which are the pods of demo4.test1.svc.cluster.local (v2),"
            ),
            (#"{"host":"demo4","subset":"v3"}"#, nil), (#"{"host":"other"}"#, nil), (#"{"host":"demo4.b.com"}"#, nil),
        ]
    )
    func otherRoutes(text: String, target: String?) throws {
        let destination = try JSONText.parse(text.utf8)
        let other = Objects.virtualService(
            "other",
            hosts: ["b.com"],
            gateways: ["x"],
            route: [["destination": destination]]
        )
        let findings = try Self.findings(Objects.virtualService(), virtualServices: [other])
        #expect(Self.words(findings) == (target == nil ? [] : ["otherRoutes"]))
        if let target { #expect(findings.first?.sentence.contains("sends to \(target)") == true, "\(findings)") }
    }

    @Test("A destination at weight 0 beside others is no way to the versions, and an HTTPRoute is one")
    func otherKinds() throws {
        let silent = Objects.virtualService(
            "other",
            hosts: ["b.com"],
            gateways: ["x"],
            route: [["destination": ["host": "demo4"], "weight": 0], ["destination": ["host": "b"], "weight": 1]]
        )
        #expect(try Self.findings(Objects.virtualService(), virtualServices: [silent]) == [])
        let route = Objects.httpRoute("other", backends: [["name": "demo4-v2"]])
        #expect(try Self.words(Self.findings(Objects.virtualService(), httpRoutes: [route])) == ["otherRoutes"])
        let foreign = Objects.httpRoute("other", namespace: "else", backends: [["name": "demo4-v2"]])
        #expect(try Self.findings(Objects.virtualService(), httpRoutes: [foreign]) == [])
    }

    @Test(
        "Of two VirtualServices for a host inside the mesh the younger is ignored, and at a gateway the order is open"
    )
    func duplicates() throws {
        func dated(_ name: String, _ year: Int, hosts: [String] = ["demo4"], gateways: [String] = [])
            -> KubernetesObject
        {
            Objects.virtualService(
                name,
                hosts: hosts,
                gateways: gateways,
                route: name == "ours" ? Objects.pair : [["destination": ["host": "b"]]],
                metadata: ["creationTimestamp": .string("\(year)-01-01T00:00:00Z")]
            )
        }
        let ours = dated("ours", 2026)
        #expect(try Self.words(Self.findings(ours, virtualServices: [dated("other", 2025)])) == ["refuse"])
        #expect(try Self.words(Self.findings(ours, virtualServices: [dated("other", 2027)])) == ["warning"])
        #expect(
            try Self.words(Self.findings(ours, virtualServices: [dated("other", 2025, gateways: ["gateway"])])) == []
        )
        let wild = dated("other", 2025, hosts: ["*.test1.svc.cluster.local"])
        #expect(try Self.words(Self.findings(ours, virtualServices: [wild])) == ["otherRoutes"])
        let own = Objects.virtualService(
            "other",
            namespace: "else",
            hosts: ["demo4.test1.svc.cluster.local"],
            route: [["destination": ["host": "b"]]],
            spec: ["exportTo": ["."]]
        )
        #expect(try Self.findings(ours, virtualServices: [own]) == [])
    }

    @Test("Of two HTTPRoutes that take all requests for a host at a parent the younger gets none")
    func precedence() throws {
        let parents: JSONValue = [["kind": "Service", "name": "demo4"]]
        func dated(_ name: String, _ year: Int, parents: JSONValue, rule: [String: JSONValue] = [:]) -> KubernetesObject
        {
            Objects.httpRoute(
                name,
                parents: parents,
                rule: rule,
                backends: name == "ours" ? [["name": "demo4-v1"], ["name": "demo4-v2"]] : [["name": "b"]],
                metadata: ["creationTimestamp": .string("\(year)-01-01T00:00:00Z")]
            )
        }
        let ours = dated("ours", 2026, parents: parents)
        func words(_ other: KubernetesObject) throws -> [String] {
            try Self.words(Self.findings(ours, httpRoutes: [other]))
        }
        let older = try Self.findings(ours, httpRoutes: [dated("other", 2025, parents: parents)])
        #expect(
            older.map(\.sentence) == [
                "HTTPRoute test1/other is older and takes all requests for the same hosts at Service test1/demo4, "
                    + "so HTTPRoute test1/ours, rule 0 gets none there"
            ]
        )
        #expect(try words(dated("other", 2027, parents: parents)) == [])
        #expect(try words(dated("other", 2025, parents: [["name": "gateway"]])) == [])
        let narrow: [String: JSONValue] = ["matches": [["path": ["type": "PathPrefix", "value": "/a"]]]]
        #expect(try words(dated("other", 2025, parents: parents, rule: narrow)) == [])
    }

    @Test("Sticky and unequal traffic policies ask for acceptance")
    func trafficPolicies() throws {
        let hash: JSONValue = ["loadBalancer": ["consistentHash": ["useSourceIp": true]]]
        let sticky = Objects.destinationRule(spec: ["trafficPolicy": hash])
        #expect(
            try Self.words(Self.findings(Objects.virtualService(), destinationRules: [sticky])) == ["trafficPolicy"]
        )
        let unequal = Objects.destinationRule(spec: [
            "subsets": [
                ["name": "v1", "labels": ["version": "v1"], "trafficPolicy": ["outlierDetection": ["interval": "1s"]]],
                ["name": "v2", "labels": ["version": "v2"]],
            ]
        ])
        let findings = try Self.findings(Objects.virtualService(), destinationRules: [unequal])
        #expect(Self.words(findings) == ["trafficPolicy"])
        #expect(findings.first?.sentence.contains("differ (outlierDetection)") == true)
        let parents: JSONValue = [["kind": "Service", "name": "demo4"]]
        let pools = Objects.destinationRule("demo4-v2", spec: ["trafficPolicy": ["connectionPool": ["tcp": [:]]]])
        #expect(
            try Self.words(Self.findings(Objects.httpRoute(parents: parents), destinationRules: [pools]))
                == ["trafficPolicy"]
        )
        let session = Objects.httpRoute(parents: parents, rule: ["sessionPersistence": ["type": "Cookie"]])
        #expect(try Self.words(Self.findings(session)) == ["trafficPolicy"])
    }

    @Test("A mirror to a version counts at its sidecars only, and faults are refused")
    func mirrorsAndFaults() throws {
        let mirrored = Objects.virtualService(rule: ["mirror": ["host": "demo4", "subset": "v2"]])
        #expect(try Self.words(Self.findings(mirrored)) == ["mirror"])
        #expect(try Self.words(Self.findings(mirrored, countsAtServer: false)) == ["info"])
        let off = Objects.virtualService(rule: [
            "mirror": ["host": "demo4", "subset": "v2"], "mirrorPercentage": ["value": 0],
        ])
        #expect(try Self.findings(off) == [])
        let elsewhere = Objects.virtualService(rule: ["mirrors": [["destination": ["host": "other"]]]])
        #expect(try Self.findings(elsewhere) == [])
        let filter: JSONValue = ["type": "RequestMirror", "requestMirror": ["backendRef": ["name": "demo4-v2"]]]
        let parents: JSONValue = [["kind": "Service", "name": "demo4"]]
        #expect(
            try Self.words(Self.findings(Objects.httpRoute(parents: parents, rule: ["filters": [filter]]))) == [
                "mirror"
            ]
        )
        let fault = Objects.virtualService(rule: ["fault": ["abort": ["httpStatus": 500]]])
        #expect(try Self.words(Self.findings(fault)) == ["refuse"])
    }

    @Test("A subset that nothing defines and a Service that is not there are refused before they get traffic")
    func missing() throws {
        let one = Objects.destinationRule(spec: ["subsets": [["name": "v1", "labels": ["version": "v1"]]]])
        let findings = try Self.findings(Objects.virtualService(), destinationRules: [one])
        #expect(Self.words(findings) == ["refuse"])
        #expect(findings.first?.hint == "add it to test1/demo4-dr")
        #expect(try Self.findings(Objects.virtualService(), destinationRules: nil) == [])
        let parents: JSONValue = [["kind": "Service", "name": "demo4"]]
        let gone = try Self.findings(Objects.httpRoute(parents: parents), services: Array(Objects.services.dropLast()))
        #expect(gone.map(\.sentence) == ["there is no Service test1/demo4-v2: its share would get status 500"])
    }

    @Test("What is exported to some namespaces only, and what weighs connections, is said")
    func notes() throws {
        let limited = Objects.virtualService(spec: ["exportTo": [".", "shop"]])
        #expect(
            try Self.findings(limited).map(\.sentence) == [
                "VirtualService test1/demo4-vs is exported to test1, shop only: callers in other namespaces do not obey its weights"
            ]
        )
    }

    @Test("Among five hundred strangers the same is found as without them, and in a moment")
    func crowd() throws {
        let names = (0..<500).map { "stranger-\($0)" }
        let strangers = names.map { name in
            let destination: JSONValue = ["host": .string(name), "subset": "v1"]
            return Objects.virtualService(name, hosts: [name], route: [["destination": destination]])
        }
        // Its Service selects other pods, but a subset of it does not.
        let disguised = Objects.virtualService(
            "disguised",
            hosts: ["disguised"],
            route: [["destination": ["host": "disguised", "subset": "canary"]]]
        )
        let subsets: JSONValue = [["name": "canary", "labels": ["app": "demo4", "version": "v2"]]]
        let rules = [Objects.destinationRule(), Objects.destinationRule("disguised", spec: ["subsets": subsets])]
        let services = Objects.services + [Objects.service("disguised", ["app": "disguised"])]
        let expected = try Self.findings(
            Objects.virtualService(),
            virtualServices: [disguised],
            destinationRules: rules,
            services: services
        )
        #expect(Self.words(expected) == ["otherRoutes"])
        let found = try Self.findings(
            Objects.virtualService(),
            virtualServices: strangers + [disguised],
            destinationRules: names.map { Objects.destinationRule($0) } + rules,
            services: names.map { Objects.service($0, ["app": .string($0)]) } + services
        )
        #expect(found == expected)
    }

    @Test("A DestinationRule for many hosts holds for the versions' host, after and before those for it alone")
    func wildcard() throws {
        let hashing: JSONValue = ["loadBalancer": ["consistentHash": ["useSourceIp": true]]]
        for host in ["*.test1.svc.cluster.local", "*"] {
            let wide = Objects.destinationRule(host, spec: ["trafficPolicy": hashing, "subsets": []])
            for rules in [[wide, Objects.destinationRule()], [Objects.destinationRule(), wide]] {
                let findings = try Self.findings(Objects.virtualService(), destinationRules: rules)
                #expect(Self.words(findings) == ["trafficPolicy"], "\(host)")
            }
        }
        let foreign = Objects.destinationRule("*.test2.svc.cluster.local", spec: ["trafficPolicy": hashing])
        #expect(
            try Self.findings(Objects.virtualService(), destinationRules: [foreign, Objects.destinationRule()]) == []
        )
    }

    @Test("An accepted danger remains as a warning")
    func acceptance() throws {
        let findings = try Self.findings(Objects.httpRoute())
        #expect(findings.map(\.isBlocking) == [true])
        #expect(findings.map { $0.accepting([.mirror]).isBlocking } == [true])
        let accepted = findings.map { $0.accepting([.gatewayOnly]) }
        #expect(Self.words(accepted) == ["warning"])
        #expect(accepted.first?.sentence.hasSuffix("(accepted by route.accept: gatewayOnly)") == true)
        #expect(findings.first?.description.contains("to go on all the same: route.accept: [gatewayOnly]") == true)
    }
}
