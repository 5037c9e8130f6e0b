import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

@Suite("The demo cluster", .timeLimit(.minutes(1)))
struct ClusterFixtureTests {
    private let cluster: ClusterFixture

    init() throws {
        cluster = try ClusterFixture()
    }

    private func endpoints(_ service: String) -> [JSONValue] {
        let slices = cluster.server.view.objects(.endpointSlices, in: "test1")
        let own = slices.first { $0["metadata"]?["labels"]?["kubernetes.io/service-name"]?.string == service }
        return own?["endpoints"]?.items ?? []
    }

    private func ready(_ service: String) -> Int {
        endpoints(service).count { $0["conditions"]?["ready"]?.bool == true }
    }

    private func status(_ version: ClusterFixture.Version, _ name: String) -> Int? {
        cluster.server.view.object(.deployments, version.workload, in: "test1")?["status"]?[name]?.integer
    }

    @Test("it has two versions of 8 and 2 ready pods behind three Services, with one template each")
    func beginning() {
        let pods = cluster.server.view.objects(.pods, in: "test1")

        #expect(cluster.pods(.stable).count == 8)
        #expect(cluster.pods(.canary).count == 2)
        let readyPods: [Int] = ["demo4", "demo4-v1", "demo4-v2"].map(ready)
        #expect(readyPods == [10, 8, 2])
        #expect(Set(pods.compactMap { $0["metadata"]?["labels"]?["pod-template-hash"]?.string }).count == 2)
        #expect(Set(pods.compactMap { $0["status"]?["podIP"]?.string }).count == 10)
        #expect(cluster.weights(.virtualService) == [90, 10])
        #expect(cluster.weights(.httpRoute) == [90, 10])
        #expect(status(.canary, "readyReplicas") == 2)
    }

    @Test("a pod that is not ready stays an endpoint that is not ready")
    func readiness() throws {
        try cluster.setReady(false, of: cluster.pods(.canary)[0])

        #expect(endpoints("demo4-v2").count == 2)
        #expect(ready("demo4-v2") == 1)
        #expect(status(.canary, "readyReplicas") == 1)
        try cluster.setReady(false, .canary)
        #expect(ready("demo4") == 8)
        try cluster.setReady(true, .canary)
        #expect(ready("demo4") == 10)
    }

    @Test("a restart keeps the pod, a replacement does not")
    func restarts() throws {
        let pod = cluster.pods(.canary)[0]
        let before = cluster.server.view.object(.pods, pod, in: "test1")

        try cluster.restart(pod)
        let after = cluster.server.view.object(.pods, pod, in: "test1")
        let other = try cluster.replace(pod)

        #expect(after?["metadata"]?["uid"] == before?["metadata"]?["uid"])
        #expect(after?["status"]?["containerStatuses"]?[0]?["restartCount"] == 1)
        #expect(!cluster.pods(.canary).contains(pod))
        #expect(cluster.pods(.canary).contains(other))
    }

    @Test("a release replaces all pods of its version by such with another hash")
    func releases() throws {
        let old = cluster.pods(.canary)

        try cluster.release("5f5f5f5f55", as: .canary)

        #expect(cluster.template(of: .canary) == "5f5f5f5f55")
        #expect(cluster.pods(.canary).count == 2)
        #expect(Set(cluster.pods(.canary)).isDisjoint(with: old))
        #expect(cluster.pods(.canary).allSatisfy { $0.hasPrefix("demo4-deployment-v2-5f5f5f5f55-") })
        let deployment = cluster.server.view.object(.deployments, "demo4-deployment-v2", in: "test1")
        #expect(deployment?["metadata"]?["generation"] == 2)
    }

    @Test("scaling and deletion change the endpoints")
    func scaling() throws {
        try cluster.scale(.canary, to: 5)
        #expect(ready("demo4-v2") == 5)
        try cluster.scale(.canary, to: 0)
        #expect(ready("demo4-v2") == 0)
        try cluster.delete(cluster.pods(.stable)[0])
        #expect(ready("demo4") == 7)
    }

    @Test("its kubeconfig names the server, the token and the namespace")
    func kubeconfig() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/kubeconfig-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            // What is left of it lies in the temporary folder.
            try? FileManager.default.removeItem(atPath: folder)
        }

        let path = try cluster.writeKubeconfig(in: folder, authority: "/some/ca.pem")

        let config = try YAMLText.parse(String(contentsOfFile: path, encoding: .utf8))
        #expect(config["clusters"]?[0]?["cluster"]?["server"]?.string == cluster.server.url())
        #expect(config["clusters"]?[0]?["cluster"]?["certificate-authority"]?.string == "/some/ca.pem")
        #expect(config["users"]?[0]?["user"]?["token"]?.string == FakeAPIServer.token)
        #expect(config["contexts"]?[0]?["context"]?["namespace"]?.string == "test1")
    }
}
