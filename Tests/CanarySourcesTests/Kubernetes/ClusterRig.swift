import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryTestKit
import CanaryTransport
import Foundation
import Testing

/// An API server on loopback with a client for it.
final class ClusterRig: Sendable {
    let server: FakeAPIServer
    let http = HTTPClient()
    let client: KubernetesClient
    private let tokenFile: String

    init() throws {
        server = try FakeAPIServer()
        tokenFile = FileManager.default.temporaryDirectory.path + "/haldane-cluster-\(UUID().uuidString)"
        try FakeAPIServer.token.write(toFile: tokenFile, atomically: true, encoding: .utf8)
        let connection = ClusterConnection(server: server.url(), namespace: "test1", tokenFile: tokenFile)
        client = KubernetesClient(connection: connection, http: http)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: tokenFile)
    }

    /// Two ready stable pods, a and b, and a canary pod c that is not ready.
    func fill() throws {
        try server.apply(ClusterObjects.service().json)
        try server.apply(ClusterObjects.destinationRule().json)
        try server.apply(ClusterObjects.pod("a", ip: "10.0.0.1").json)
        try server.apply(ClusterObjects.pod("b", ip: "10.0.0.2").json)
        try server.apply(ClusterObjects.pod("c", version: "v2", ip: "10.0.0.3").json)
        let states = [
            ("a", ClusterObjects.ready), ("b", ClusterObjects.ready), ("c", ClusterObjects.notReady),
        ]
        try server.apply(ClusterObjects.slice(states, hasUIDs: false).json)
    }

    /// Opens a directory, uses it and closes it.
    func open<Result>(
        _ spec: CanarySpec = ClusterObjects.spec(ClusterObjects.subsetRoute),
        _ route: KubernetesObject = ClusterObjects.virtualService([[("demo4", "v1"), ("demo4", "v2")]]),
        _ use: (PodDirectory) async throws -> Result
    ) async throws -> Result {
        let directory = try await PodDirectory.open(spec: spec, route: route, client: client)
        do {
            let result = try await use(directory)
            await directory.close()
            return result
        } catch {
            await directory.close()
            throw error
        }
    }

    /// Waits until the directory's pods are as wanted, for ten seconds at most.
    func until(_ directory: PodDirectory, _ isFulfilled: ([DiscoveredPod]) -> Bool) async throws {
        try await Self.until { isFulfilled(await directory.pods()) }
    }

    /// Waits until a condition is met, for ten seconds at most: what is awaited comes by a watch, a few milliseconds
    /// later.
    static func until(_ isFulfilled: () async -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(10)
        while await !isFulfilled() {
            try #require(ContinuousClock.now < end, "what was awaited did not come")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
