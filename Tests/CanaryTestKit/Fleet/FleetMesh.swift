import Glibc
import Synchronization

/// The traffic of a fleet: what each pod's sidecar has counted at each moment.
///
/// Counts are a function of the mesh's time, of the weights written so far and of who was ready when; nothing is drawn. Each
/// service's traffic is split by the route's weights as they are stored, and evenly over the ready pods of a slot.
///
/// Pages are fetched from the pods' own addresses, all of 127.0.0.0/8, at one port, or through the API server's proxy.
package final class FleetMesh: Sendable {
    /// A pod that the mesh knows.
    struct Pod: Sendable, Hashable {
        var name: String
        var address: String
        var template: String
    }

    /// One service as the mesh sees it.
    private struct Flow: Sendable {
        let service: FleetService
        var weights: [Int]
        /// The ready pods of each slot.
        var ready: [[Pod]] = [[], []]
        /// Requests that each ready pod of a slot would have had if it had been there from the beginning.
        var perPod = [0.0, 0.0]
        /// Requests to each slot, whether somebody answered them or not.
        var sent = [0.0, 0.0]
        var at = 0.0

        mutating func advance(to time: Double) {
            let seconds = max(0, time - at)
            at = max(at, time)
            let sum = Double(weights.reduce(0) { $0 + max(0, $1) })
            guard sum > 0, seconds > 0 else { return }
            for slot in [0, 1] {
                let requests = service.rate * seconds * Double(max(0, weights[slot])) / sum
                sent[slot] += requests
                if !ready[slot].isEmpty { perPod[slot] += requests / Double(ready[slot].count) }
            }
        }
    }

    /// What a pod has counted before, and where its slot stood when it began to count again.
    private struct Meter: Sendable {
        let flow: Int
        let slot: Int
        let page: FleetPage
        /// Of the slot's `perPod`; nil while the pod gets no traffic.
        var since: Double?
        var earlier = 0.0
        /// What became of the requests that were counted so far.
        var counts = AnswerCounts()
    }

    private struct State: Sendable {
        var flows: [Flow] = []
        var places: [String: Int] = [:]
        var meters: [String: Meter] = [:]
        var addresses: [String: String] = [:]
        var tables: [String: AnswerTable] = [:]
    }

    private let state = Mutex(State())
    private let server: FleetServer
    private let time: @Sendable () -> Double

    /// A mesh without services.
    ///
    /// - Parameter time: seconds since its beginning, never falling; the wall clock's by default.
    package init(time: (@Sendable () -> Double)? = nil) throws {
        let start = ContinuousClock.now
        self.time =
            time ?? {
                let (seconds, attoseconds) = start.duration(to: .now).components
                return Double(seconds) + Double(attoseconds) / 1e18
            }
        server = try FleetServer()
        server.start { [weak self] address in self?.page(at: address) }
    }

    deinit { server.stop() }

    /// The port of all pods' pages.
    package var port: Int { Int(server.port) }

    /// How many pages were fetched from the pods' own addresses.
    package var pagesServed: Int { server.served }

    /// Says how the pods of a revision answer; revisions that nothing is said of are equal.
    package func set(_ behaviour: PodBehaviour, of template: String) {
        let table = AnswerTable(behaviour)
        state.withLock { $0.tables[template] = table }
    }

    /// Requests so far to each slot of a service.
    package func requests(of service: FleetService) -> [Int] {
        let now = time()
        return state.withLock { state in
            guard let place = state.places[service.key] else { return [0, 0] }
            state.flows[place].advance(to: now)
            return state.flows[place].sent.map { Int($0) }
        }
    }

    /// The page of a pod by its name, as the API server's proxy asks for it.
    package func page(of pod: String, in namespace: String) -> [UInt8] {
        bytes("\(namespace)/\(pod)")
    }

    // MARK: What the fixture tells

    func add(_ service: FleetService) {
        let now = time()
        state.withLock { state in
            guard state.places[service.key] == nil else { return }
            state.places[service.key] = state.flows.count
            state.flows.append(Flow(service: service, weights: service.weights, at: now))
        }
    }

    func setWeights(_ weights: [Int], of service: FleetService) {
        let now = time()
        state.withLock { state in
            guard weights.count == 2, let place = state.places[service.key] else { return }
            state.flows[place].advance(to: now)
            state.flows[place].weights = weights
        }
    }

    /// Sets who answers in a slot; pods that are new begin at nothing.
    func setReady(_ pods: [Pod], _ slot: FleetService.Slot, of service: FleetService) {
        let now = time()
        state.withLock { state in
            guard let place = state.places[service.key] else { return }
            state.flows[place].advance(to: now)
            let level = state.flows[place].perPod[slot.position]
            let names = Set(pods.map(\.name))
            for pod in state.flows[place].ready[slot.position] where !names.contains(pod.name) {
                let key = "\(service.namespace)/\(pod.name)"
                guard let meter = state.meters[key], let since = meter.since else { continue }
                state.meters[key]?.earlier += level - since
                state.meters[key]?.since = nil
            }
            for pod in pods {
                let key = "\(service.namespace)/\(pod.name)"
                if state.meters[key] == nil {
                    let page = FleetPage(service, slot, template: pod.template)
                    state.meters[key] = Meter(flow: place, slot: slot.position, page: page)
                    state.addresses[pod.address] = key
                }
                if state.meters[key]?.since == nil { state.meters[key]?.since = level }
            }
            state.flows[place].ready[slot.position] = pods
        }
    }

    /// Forgets a pod for good: nobody is at its address any more.
    func remove(_ pod: Pod, of service: FleetService) {
        state.withLock { state in
            state.meters["\(service.namespace)/\(pod.name)"] = nil
            state.addresses[pod.address] = nil
        }
    }

    // MARK: Pages

    private func page(at address: String) -> [UInt8] {
        bytes(state.withLock { $0.addresses[address] } ?? "")
    }

    private func bytes(_ key: String) -> [UInt8] {
        let now = time()
        let reading = state.withLock { state -> (FleetPage, AnswerCounts)? in
            guard let meter = state.meters[key] else { return nil }
            state.flows[meter.flow].advance(to: now)
            let level = state.flows[meter.flow].perPod[meter.slot]
            let requests = meter.earlier + (meter.since.map { level - $0 } ?? 0)
            let table = state.tables[meter.page.template] ?? .equal
            state.meters[key]?.counts.advance(to: Int(max(0, min(requests, 1e12))), table)
            return (meter.page, state.meters[key]?.counts ?? meter.counts)
        }
        guard let (page, counts) = reading else { return FleetPage.silent }
        return page.bytes(counts)
    }
}
