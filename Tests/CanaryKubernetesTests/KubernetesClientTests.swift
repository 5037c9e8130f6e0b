import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Synchronization
import Testing

@Suite("The Kubernetes client", .timeLimit(.minutes(1)))
struct KubernetesClientTests {
    private static let route: JSONValue = [
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": ["name": "demo4-vs", "namespace": "test1", "resourceVersion": "7", "generation": 3],
        "spec": ["hosts": ["demo4"]],
    ]

    @Test("reads an object by its path")
    func get() async throws {
        let server = try HostileServer(steps: [Scripts.json(Self.route)])

        let object = try await KubernetesClient(server).get(.virtualServices, namespace: "test1", name: "demo4-vs")

        #expect(object.resourceVersion == "7")
        #expect(object.generation == 3)
        let request = try #require(server.log.requests.first)
        #expect(request.target == "/apis/networking.istio.io/v1/namespaces/test1/virtualservices/demo4-vs")
        #expect(request.header("User-Agent") == "haldane")
        #expect(request.header("Accept") == "application/json")
    }

    @Test("patches as haldane, strictly, and dry when asked")
    func patch() async throws {
        let server = try HostileServer(steps: [Scripts.json(Self.route)])

        _ = try await KubernetesClient(server).patch(
            .virtualServices,
            namespace: "test1",
            name: "demo4-vs",
            [
                JSONPatchOperation(.replace, "/metadata/resourceVersion", "7"),
                JSONPatchOperation(.replace, "/spec/http/0/route/1/weight", 10),
            ],
            dryRun: true
        )

        let request = try #require(server.log.requests.first)
        #expect(request.method == "PATCH")
        #expect(request.target.hasSuffix("demo4-vs?fieldManager=haldane&fieldValidation=Strict&dryRun=All"))
        #expect(request.header("Content-Type") == "application/json-patch+json")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"[{"op":"replace","path":"/metadata/resourceVersion","value":"7"},"#
                + #"{"op":"replace","path":"/spec/http/0/route/1/weight","value":10}]"#
        )
    }

    @Test("creates and updates with the field manager")
    func createAndUpdate() async throws {
        let server = try HostileServer(steps: [Scripts.json(Self.route)])
        let client = KubernetesClient(server)

        _ = try await client.create(.virtualServices, namespace: "test1", Self.route)
        _ = try await client.update(.virtualServices, namespace: "test1", name: "demo4-vs", Self.route)

        let path = "/apis/networking.istio.io/v1/namespaces/test1/virtualservices"
        let query = "?fieldManager=haldane&fieldValidation=Strict"
        #expect(server.log.requests.map(\.method) == ["POST", "PUT"])
        #expect(server.log.requests.map(\.target) == [path + query, path + "/demo4-vs" + query])
    }

    @Test("refuses names that would change the path", arguments: ["a/b", "..", "", "x?y", "a b", "%2e"])
    func names(name: String) async throws {
        let server = try HostileServer(steps: [Scripts.json(Self.route)])

        let error = await #expect(throws: KubernetesError.self) {
            try await KubernetesClient(server).get(.virtualServices, namespace: "test1", name: name)
        }

        #expect(error?.code == .invalid)
        #expect(server.log.requests.isEmpty)
    }

    // MARK: - Lists

    @Test("lists page by page, with selectors, and names the kind of each object")
    func paging() async throws {
        let server = try HostileServer { request in
            let items =
                request.target.contains("continue=a%2Bb")
                ? Scripts.list([Scripts.pod("p2", version: 5)], version: 90)
                : Scripts.list([Scripts.pod("p1", version: 4)], version: 80, next: "a+b")
            return [Scripts.json(items)]
        }

        let list = try await KubernetesClient(server).list(.pods, namespace: "test1", labels: "app=x,v in (1, 2)")

        #expect(list.items.map(\.name) == ["p1", "p2"])
        #expect(list.items.map(\.kind) == ["Pod", "Pod"])
        #expect(list.items.map(\.apiVersion) == ["v1", "v1"])
        #expect(list.resourceVersion == "80")
        let selector = "labelSelector=app%3Dx%2Cv%20in%20%281%2C%202%29&limit=500"
        #expect(
            server.log.requests.map(\.target) == [
                "/api/v1/namespaces/test1/pods?\(selector)",
                "/api/v1/namespaces/test1/pods?\(selector)&continue=a%2Bb",
            ]
        )
    }

    @Test("begins a list anew when its version expires, and takes the rest as it is the second time")
    func expiredContinuation() async throws {
        let server = try HostileServer { request in
            if request.target.contains("continue=rest") {
                return [Scripts.json(Scripts.list([Scripts.pod("p2", version: 95)], version: 95))]
            }
            if request.target.contains("continue=") {
                return [Scripts.status(410, "Expired", "too old", metadata: ["continue": "rest"])]
            }
            return [Scripts.json(Scripts.list([Scripts.pod("p1", version: 4)], version: 80, next: "old"))]
        }

        let list = try await KubernetesClient(server).list(.pods, namespace: nil)

        #expect(list.items.map(\.name) == ["p1", "p2"])
        #expect(list.resourceVersion == "80")
        #expect(server.log.requests.count == 5)
        #expect(server.log.requests.first?.target == "/api/v1/pods?limit=500")
    }

    @Test("bounds lists by objects, bytes and repetition")
    func bounds() async throws {
        let server = try HostileServer { request in
            let token = request.target.contains("labelSelector=same") ? "same" : "\(request.target.count)"
            return [Scripts.json(Scripts.list([Scripts.pod("p", version: 4)], version: 80, next: token))]
        }
        let few = KubernetesClient(server, limits: .init(objects: 1))
        let small = KubernetesClient(server, limits: .init(bytes: 500))
        let patient = KubernetesClient(server)

        let errors = [
            await #expect(throws: KubernetesError.self) { try await few.list(.pods, namespace: nil) },
            await #expect(throws: KubernetesError.self) { try await small.list(.pods, namespace: nil) },
            await #expect(throws: KubernetesError.self) {
                try await patient.list(.pods, namespace: nil, labels: "same")
            },
        ]

        #expect(errors.map { $0?.code } == [.badAnswer, .badAnswer, .badAnswer])
        #expect(errors[0]?.hint?.contains("label selector") == true)
    }

    @Test("ends a list whose pages are empty and never end, and takes no other object for an empty list")
    func endlessPages() async throws {
        let count = Mutex(0)
        let server = try HostileServer { request in
            if request.target.contains("labelSelector=other") {
                return [Scripts.json(["kind": "Pod", "metadata": ["name": "p", "resourceVersion": "4"]])]
            }
            let number = count.withLock { count in
                count += 1
                return count
            }
            return [Scripts.json(Scripts.list([], version: 80, next: "page\(number)"))]
        }
        let few = KubernetesClient(server, limits: .init(pages: 3))
        let brief = KubernetesClient(server, limits: .init(listing: .zero))

        let errors = [
            await #expect(throws: KubernetesError.self) { try await few.list(.pods, namespace: nil) },
            await #expect(throws: KubernetesError.self) { try await brief.list(.pods, namespace: nil) },
            await #expect(throws: KubernetesError.self) {
                try await KubernetesClient(server).list(.pods, namespace: nil, labels: "other")
            },
        ]

        #expect(errors.map { $0?.code } == [.badAnswer, .timedOut, .badAnswer])
        #expect(errors[2]?.cause == "the answer is of kind 'Pod' and no list")
        #expect(server.log.requests.count == 6)
    }

    // MARK: - Patience

    @Test("waits as long as the server asks, and reads again")
    func retryAfter() async throws {
        let count = Mutex(0)
        let server = try HostileServer { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            switch number {
            case 1: return [Scripts.status(429, "TooManyRequests", headers: ["Retry-After: 2"])]
            case 2: return [Scripts.status(503, "ServiceUnavailable", details: ["retryAfterSeconds": 3])]
            default: return [Scripts.json(Self.route)]
            }
        }
        let waits = Waits()

        _ = try await KubernetesClient(server, waits: waits).get(.virtualServices, namespace: "test1", name: "x")

        #expect(waits.all == [.seconds(2), .seconds(3)])
    }

    @Test("gives up a read after some tries, or when the server asks for too much")
    func impatience() async throws {
        let server = try HostileServer { request in
            let wait = request.target.hasSuffix("long") ? 60 : 1
            return [Scripts.status(429, "TooManyRequests", headers: ["Retry-After: \(wait)"])]
        }
        let waits = Waits()
        let client = KubernetesClient(server, waits: waits)

        let error = await #expect(throws: KubernetesError.self) {
            try await client.get(.virtualServices, namespace: "test1", name: "short")
        }
        let long = await #expect(throws: KubernetesError.self) {
            try await client.get(.virtualServices, namespace: "test1", name: "long")
        }

        #expect(error?.code == .tooManyRequests)
        #expect(waits.all == [.seconds(1), .seconds(1), .seconds(1)])
        #expect(long?.retryAfter == .seconds(60))
        #expect(server.log.requests.count == 5)
    }

    @Test("sends a write again once at most, and only if the server did not look at it")
    func writes() async throws {
        let server = try HostileServer { request in
            if request.target.contains("/busy") {
                return [Scripts.status(429, "TooManyRequests", headers: ["Retry-After: 1"])]
            }
            return request.target.contains("/lost") ? [.close] : [Scripts.status(500, "InternalError")]
        }
        let client = KubernetesClient(server)

        let codes = await ["busy", "lost", "failing"].asyncMap { name in
            await #expect(throws: KubernetesError.self) {
                try await client.patch(.virtualServices, namespace: "test1", name: name, [])
            }?.code
        }

        #expect(codes == [.tooManyRequests, .unreachable, .serverError])
        let targets = server.log.requests.map { $0.target.prefix { $0 != "?" }.split(separator: "/").last ?? "" }
        #expect(targets.filter { $0 == "busy" }.count == 2)
        #expect(targets.filter { $0 == "failing" }.count == 1)
    }

    @Test("reads once more when the connection is lost, and no more than that")
    func lostConnection() async throws {
        let server = try HostileServer(steps: [
            .send(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".utf8)), .close,
        ])

        let error = await #expect(throws: KubernetesError.self) {
            try await KubernetesClient(server).get(.pods, namespace: "test1", name: "x")
        }

        #expect(error?.code == .unreachable)
        #expect(server.log.requests.count == 2)
    }

    @Test("passes warnings on")
    func warnings() async throws {
        let text = #"299 - "unknown field \"spec.http[0].route[0].wieght\"""#
        let server = try HostileServer(steps: [Scripts.json(Self.route, headers: ["Warning: \(text)"])])
        let seen = Mutex<[String]>([])
        let client = KubernetesClient(
            connection: ClusterConnection(server: server.url("")),
            http: HTTPClient(),
            onWarning: { warning in seen.withLock { $0.append(warning) } }
        )

        _ = try await client.get(.virtualServices, namespace: "test1", name: "x")

        #expect(seen.withLock { $0 } == [text])
    }

    // MARK: - What is served and allowed

    @Test("finds a served version: the one asked for, else the favourite, else any that has the kind")
    func served() async throws {
        let server = try HostileServer { request in
            switch request.target {
            case "/apis/networking.istio.io":
                return [
                    Scripts.json([
                        "versions": [["version": "v1beta1"], ["version": "v1alpha3"]],
                        "preferredVersion": ["version": "v1beta1"],
                    ])
                ]
            case "/apis/networking.istio.io/v1beta1":
                return [Scripts.json(["resources": [["name": "gateways"]]])]
            case "/apis/networking.istio.io/v1alpha3":
                return [Scripts.json(["resources": [["name": "virtualservices"]]])]
            default:
                return [.send(HostileServer.answer(status: 404, body: "404 page not found\n"))]
            }
        }
        let client = KubernetesClient(server)

        let route = try await client.served(.virtualServices)
        let gateway = try await client.served(.istioGateways)
        let error = await #expect(throws: KubernetesError.self) { try await client.served(.httpRoutes) }
        let rule = await #expect(throws: KubernetesError.self) { try await client.served(.destinationRules) }

        #expect(route.version == "v1alpha3")
        #expect(gateway.version == "v1beta1")
        #expect(error?.code == .noSuchResource)
        #expect(error?.hint?.contains("Gateway API") == true)
        #expect(rule?.code == .noSuchResource)
        #expect(rule?.cause?.contains("v1beta1, v1alpha3") == true)
    }

    @Test("asks the server what is allowed", arguments: [true, false])
    func allowed(isAllowed: Bool) async throws {
        let server = try HostileServer(steps: [Scripts.json(["status": ["allowed": .bool(isAllowed)]], status: 201)])

        let answer = try await KubernetesClient(server).isAllowed(
            "get",
            .pods,
            namespace: "test1",
            name: "p-0",
            subresource: "proxy"
        )

        #expect(answer == isAllowed)
        let request = try #require(server.log.requests.first)
        #expect(request.target == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        let attributes = try JSONText.parse(request.body)["spec"]?["resourceAttributes"]
        #expect(
            attributes == [
                "verb": "get", "group": "", "version": "v1", "resource": "pods", "namespace": "test1", "name": "p-0",
                "subresource": "proxy",
            ]
        )
    }

    @Test("reaches the port of a pod through the server")
    func podProxy() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "istio_requests_total 1\n"))])
        let client = KubernetesClient(server)

        let request = try await client.podProxy(
            namespace: "test1",
            pod: "p-0",
            port: 15020,
            path: "/stats/prometheus?usedonly"
        )
        _ = try await HTTPClient().send(request)

        #expect(
            server.log.requests.map(\.target) == [
                "/api/v1/namespaces/test1/pods/p-0:15020/proxy/stats/prometheus?usedonly"
            ]
        )
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async -> Value) async -> [Value] {
        var values: [Value] = []
        for element in self { values.append(await transform(element)) }
        return values
    }
}
