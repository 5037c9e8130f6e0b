import CanaryTestKit
import CanaryYAML
import Testing

@Suite("The API server double: who may do what", .timeLimit(.minutes(1)))
struct DoubleAccessTests {
    private let server: FakeAPIServer
    private let client: PlainClient

    init() throws {
        server = try ClusterFixture().server
        client = try PlainClient(server)
    }

    @Test("no token is 403 as the anonymous user, a bad or expired one 401")
    func authentication() throws {
        client.token = nil
        let anonymous = try client.get(Demo.istio)
        client.token = "wrong"
        let unknown = try client.get(Demo.istio)
        client.token = FakeAPIServer.token
        server.expire(token: FakeAPIServer.token)
        let expired = try client.get(Demo.istio)
        server.accept(token: FakeAPIServer.token, of: FakeAPIServer.user)

        #expect(anonymous.summary == "403 Forbidden")
        #expect(anonymous.json["message"]?.string?.contains("system:anonymous") == true)
        #expect(unknown.summary == "401 Unauthorized")
        #expect(unknown.json["message"]?.string == "Unauthorized")
        #expect(expired.summary == "401 Unauthorized")
        #expect(try client.get(Demo.istio).code == 200)
    }

    @Test("a request without a token may be somebody's, behind a relay with client certificates")
    func certificates() throws {
        server.acceptWithoutToken(as: "cert-user")
        client.token = nil

        #expect(try client.get(Demo.istio).code == 200)
    }

    @Test("what no rule grants is refused, and the refusal names user, verb, resource and namespace")
    func rules() throws {
        server.permit([
            AccessRule(
                groups: ["networking.istio.io"],
                resources: ["virtualservices"],
                verbs: ["get", "patch"],
                namespace: "test1",
                names: ["demo4-vs"]
            )
        ])

        let message =
            "virtualservices.networking.istio.io is forbidden: User \"\(FakeAPIServer.user)\" cannot list "
            + "resource \"virtualservices\" in API group \"networking.istio.io\""
        #expect(try client.get(Demo.virtualService).code == 200)
        #expect(try client.get(Demo.istio).json["message"]?.string == message + " in the namespace \"test1\"")
        let everywhere = try client.get("/apis/networking.istio.io/v1/virtualservices")
        #expect(everywhere.json["message"]?.string == message + " at the cluster scope")
        #expect(try client.send("DELETE", Demo.virtualService).summary == "403 Forbidden")
        #expect(try client.get(Demo.pods + "/x:15020/proxy/").json["message"]?.string?.contains("pods/proxy") == true)
        #expect(try client.get("/apis/flagger.app/v1beta1/canaries").code == 403)
    }

    @Test("an access review answers by the rules")
    func reviews() throws {
        server.permit([
            AccessRule(groups: [""], resources: ["pods/proxy"], verbs: ["get"], namespace: "test1"),
            AccessRule(groups: ["*"], resources: ["leases"], verbs: ["*"]),
        ])
        func isAllowed(_ attributes: String) throws -> Bool? {
            let answer = try client.send(
                "POST",
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                #"{"spec":{"resourceAttributes":{\#(attributes)}}}"#
            )
            #expect(answer.code == 201)
            return answer.json["status"]?["allowed"]?.bool
        }

        let proxy = #""resource":"pods","subresource":"proxy","verb":"get""#
        #expect(try isAllowed(proxy + #","namespace":"test1""#) == true)
        #expect(try isAllowed(proxy) == false)
        #expect(try isAllowed(#""resource":"pods","verb":"get","namespace":"test1""#) == false)
        #expect(try isAllowed(#""group":"coordination.k8s.io","resource":"leases","verb":"create""#) == true)
        #expect(server.view.writes.isEmpty)
    }

    @Test("the version and the health of the server are for everybody, discovery is not")
    func openPaths() throws {
        client.token = nil

        #expect(try client.get("/version").json["gitVersion"]?.string?.hasPrefix("v1.") == true)
        #expect(try client.get("/readyz").text == "ok")
        #expect(try client.get("/apis").summary == "403 Forbidden")
    }
}
