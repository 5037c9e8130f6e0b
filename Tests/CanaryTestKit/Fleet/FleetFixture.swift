package import CanaryYAML
import Foundation
import Synchronization

/// A cluster of many services in a `FakeAPIServer`, whose sidecars a `FleetMesh` speaks for.
///
/// Each service has two Deployments with their ReplicaSets and pods, a Service, an EndpointSlice, a DestinationRule and a
/// VirtualService. Traffic follows the weights that are stored.
///
/// ```swift
/// let fleet = try FleetFixture(FleetService.several(20))
/// fleet.mesh.set(.failing, of: "5f6d7c8b9a")
/// try fleet.deploy("5f6d7c8b9a", to: .v2, of: fleet.services[0])
/// … fleet.weights(of: fleet.services[0]) == [100, 0]
/// ```
package final class FleetFixture: Sendable {
    package typealias Slot = FleetService.Slot
    typealias Pod = FleetDocuments.Pod

    /// What is deployed of one service.
    private struct Deployed: Sendable {
        let service: FleetService
        var pods: [[Pod]] = [[], []]
        var templates: [String]
        var revisions = [1, 1]
    }

    package let server: FakeAPIServer
    package let mesh: FleetMesh
    package let services: [FleetService]
    /// Who wrote what, and who held the canary's Lease at that moment.
    package let audit: FleetAudit
    private let deployed: Mutex<[String: Deployed]>
    private let podsMade = Mutex(0)

    /// Fills a server with services; pages through the API server's proxy are served too.
    ///
    /// - Parameter time: seconds of the mesh, see `FleetMesh`.
    package init(
        _ services: [FleetService],
        on server: FakeAPIServer? = nil,
        time: (@Sendable () -> Double)? = nil
    ) throws {
        let server = try server ?? FakeAPIServer()
        let mesh = try FleetMesh(time: time)
        self.server = server
        self.mesh = mesh
        self.services = services
        audit = FleetAudit(server)
        var all: [String: Deployed] = [:]
        for service in services {
            mesh.add(service)
            let templates = Slot.allCases.map { service.templates[$0] ?? "6b7f9c5d48" }
            all[service.key] = Deployed(service: service, templates: templates)
        }
        deployed = Mutex(all)
        try seed()
        let known = Dictionary(services.map { ($0.key, $0) }) { first, _ in first }
        server.observe { change in
            guard change.kind == .virtualServices, let service = known["\(change.namespace)/\(change.name)"],
                let object = change.after
            else { return }
            mesh.setWeights(Self.weights(object), of: service)
        }
        server.setPodHandler { request in PodAnswer(body: mesh.page(of: request.pod, in: request.namespace)) }
    }

    /// The weights of a service's route as they are stored; 0 where none is written.
    package func weights(of service: FleetService) -> [Int] {
        server.view.object(.virtualServices, service.name, in: service.namespace).map(Self.weights) ?? []
    }

    /// The template of a slot as it was deployed last.
    package func template(of slot: Slot, _ service: FleetService) -> String {
        deployed.withLock { $0[service.key]?.templates[slot.position] } ?? ""
    }

    /// Writes weights past the API, as another writer.
    package func set(_ weights: [Int], of service: FleetService, as manager: String = "kubectl-edit") throws {
        try server.change(.virtualServices, service.name, in: service.namespace, as: manager) { object in
            object.set(["spec", "http"], [["route": .array(Self.entries(object, weights))]])
        }
    }

    /// Deploys another image: a new ReplicaSet, and pods of it in place of the old ones, ready a moment later.
    ///
    /// - Parameter delay: until the new pods are ready; nothing waits for that.
    package func deploy(
        _ template: String,
        to slot: Slot,
        of service: FleetService,
        readyAfter delay: Duration = .zero
    ) throws {
        guard let before = deployed.withLock({ $0[service.key] }) else { return }
        let old = before.pods[slot.position]
        let documents = documents(of: service)
        let revision = before.revisions[slot.position] + 1
        try server.change(.deployments, service.workload(slot), in: service.namespace, as: "kubectl") { object in
            let new = documents.deployment(slot, template: template, revision: revision, replicas: old.count)
            object.set(["spec"], new["spec"] ?? [:])
            object.set(["metadata", "annotations"], new["metadata"]?["annotations"] ?? [:])
        }
        let last = "\(service.workload(slot))-\(before.templates[slot.position])"
        try server.change(.replicaSets, last, in: service.namespace, as: "kube-controller-manager") { object in
            object.set(["spec", "replicas"], 0)
            object.set(["status"], ["replicas": 0, "observedGeneration": object["metadata"]?["generation"] ?? 1])
        }
        let fresh = old.map { _ in makePod(slot, of: service, template: template, isReady: false) }
        deployed.withLock { all in
            all[service.key]?.templates[slot.position] = template
            all[service.key]?.revisions[slot.position] = revision
            all[service.key]?.pods[slot.position] = fresh
        }
        mesh.setReady([], slot, of: service)
        for pod in old {
            server.delete(.pods, pod.name, in: service.namespace)
            mesh.remove(pod.inMesh, of: service)
        }
        try write(fresh, slot, of: service, template: template, revision: revision)
        guard delay > .zero else { return try setReady(true, slot, of: service) }
        let (seconds, attoseconds) = delay.components
        Thread.detachNewThread { [weak self] in
            Thread.sleep(forTimeInterval: Double(seconds) + Double(attoseconds) / 1e18)
            // A server that has gone meanwhile wants to know nothing.
            try? self?.setReady(true, slot, of: service)
        }
    }

    /// Makes all pods of a slot ready or not.
    package func setReady(_ isReady: Bool, _ slot: Slot, of service: FleetService) throws {
        let now = deployed.withLock { all -> Deployed? in
            guard var mine = all[service.key] else { return nil }
            mine.pods[slot.position] = mine.pods[slot.position].map { pod in
                var pod = pod
                pod.isReady = isReady
                return pod
            }
            all[service.key] = mine
            return mine
        }
        guard let now else { return }
        let (template, revision) = (now.templates[slot.position], now.revisions[slot.position])
        // Answered by the pods before anybody is told that they are ready.
        mesh.setReady(isReady ? now.pods[slot.position].map(\.inMesh) : [], slot, of: service)
        try write(now.pods[slot.position], slot, of: service, template: template, revision: revision)
    }

    /// The scrape configuration of a server that scrapes every pod there is now.
    package func scrapeJob(every interval: Duration) -> ScrapeJob {
        let targets = deployed.withLock { all in
            all.values.flatMap { mine in
                mine.pods.joined().map { pod in
                    ScrapeJob.Target(
                        url: "http://\(pod.address):\(mesh.port)/stats/prometheus",
                        labels: ["pod": pod.name, "namespace": mine.service.namespace]
                    )
                }
            }
        }
        return ScrapeJob(targets: targets.sorted { $0.url < $1.url }, interval: interval)
    }

    /// Stores a Canary for a service, named like it.
    ///
    /// - Parameter spec: YAML of its `spec`, indented or not.
    package func addCanary(for service: FleetService, spec: String) throws {
        try server.apply(Self.canary(for: service, spec: spec))
    }

    /// A Canary as a document.
    package static func canary(for service: FleetService, spec: String) throws -> JSONValue {
        [
            "apiVersion": "haldane.dev/v1", "kind": "Canary",
            "metadata": ["name": .string(service.name), "namespace": .string(service.namespace)],
            "spec": try YAMLText.parse(spec),
        ]
    }

    // MARK: Objects

    private func documents(of service: FleetService) -> FleetDocuments {
        FleetDocuments(service: service, port: mesh.port)
    }

    private func seed() throws {
        let controller = "kube-controller-manager"
        try server.apply(
            all: services.flatMap { service -> [JSONValue] in
                let documents = documents(of: service)
                return [documents.serviceObject, documents.destinationRule, documents.virtualService]
                    + Slot.allCases.map { slot in
                        let replicas = service.pods[slot] ?? 0
                        let template = service.templates[slot] ?? ""
                        var object = documents.deployment(slot, template: template, revision: 1, replicas: replicas)
                        Workloads.setCounts(&object, pods: replicas, ready: replicas)
                        return object
                    }
            }
        )
        let deployments = server.view
        try server.apply(
            all: services.flatMap { service in
                Slot.allCases.map { slot in
                    let replicas = service.pods[slot] ?? 0
                    var object = documents(of: service).replicaSet(
                        slot,
                        template: service.templates[slot] ?? "",
                        revision: 1,
                        replicas: replicas,
                        owner: deployments.object(.deployments, service.workload(slot), in: service.namespace)
                    )
                    Workloads.setCounts(&object, pods: replicas, ready: replicas)
                    return object
                }
            },
            as: controller
        )
        let replicaSets = server.view
        var objects: [JSONValue] = []
        for service in services {
            let documents = documents(of: service)
            var all: [Pod] = []
            for slot in Slot.allCases {
                let template = service.templates[slot] ?? ""
                let pods = (0..<max(0, service.pods[slot] ?? 0)).map { _ in
                    makePod(slot, of: service, template: template, isReady: true)
                }
                let name = "\(service.workload(slot))-\(template)"
                let owner = replicaSets.object(.replicaSets, name, in: service.namespace)
                objects += pods.map { documents.pod($0, slot, owner: owner) }
                deployed.withLock { $0[service.key]?.pods[slot.position] = pods }
                mesh.setReady(pods.map(\.inMesh), slot, of: service)
                all += pods
            }
            objects.append(documents.endpointSlice(all))
        }
        try server.apply(all: objects, as: controller)
    }

    /// Brings pods, counts and endpoints up to what is deployed.
    private func write(
        _ pods: [Pod],
        _ slot: Slot,
        of service: FleetService,
        template: String,
        revision: Int
    ) throws {
        let controller = "kube-controller-manager"
        let documents = documents(of: service)
        let view = server.view
        let owner = view.object(.deployments, service.workload(slot), in: service.namespace)
        let ready = pods.count { $0.isReady }
        var set = documents.replicaSet(slot, template: template, revision: revision, replicas: pods.count, owner: owner)
        Workloads.setCounts(&set, pods: pods.count, ready: ready)
        let stored = try server.apply(set, as: controller)
        let all = deployed.withLock { Array(($0[service.key]?.pods ?? []).joined()) }
        try server.apply(
            all: pods.map { documents.pod($0, slot, owner: stored) } + [documents.endpointSlice(all)],
            as: controller
        )
        try server.change(.deployments, service.workload(slot), in: service.namespace, as: controller) {
            Workloads.setCounts(&$0, pods: pods.count, ready: ready)
        }
    }

    private func makePod(_ slot: Slot, of service: FleetService, template: String, isReady: Bool) -> Pod {
        let number = podsMade.withLock { made in
            made += 1
            return made
        }
        return Pod(
            name: "\(service.workload(slot))-\(template)-\(Workloads.suffix(number))",
            template: template,
            address: "127.\(16 + number / 62_500 % 200).\(number / 250 % 250).\(1 + number % 250)",
            isReady: isReady
        )
    }

    private static func weights(_ object: JSONValue) -> [Int] {
        (object["spec"]?["http"]?[0]?["route"]?.items ?? []).map { $0["weight"]?.integer ?? 0 }
    }

    private static func entries(_ object: JSONValue, _ weights: [Int]) -> [JSONValue] {
        zip(object["spec"]?["http"]?[0]?["route"]?.items ?? [], weights).map { entry, weight in
            var entry = entry
            entry.set(["weight"], .integer(Int64(weight)))
            return entry
        }
    }
}

extension FleetDocuments.Pod {
    var inMesh: FleetMesh.Pod { FleetMesh.Pod(name: name, address: address, template: template) }
}
