/// What the targets of one round gave so far.
struct RoundTally: Sendable {
    /// Names under which requests by caller or flag are kept; the rest is `(other)`.
    static let mostNames = 32
    static let mostFaults = 64

    private(set) var stable: [String: Pod] = [:]
    private(set) var canary: [String: Pod] = [:]
    private(set) var canaryCallers: [String: Int] = [:]
    private(set) var excluded: [String: Int] = [:]
    private(set) var unattributed: [PageDelta.Unattributed: Int] = [:]
    private(set) var faults: [PodFault] = []
    private(set) var restarts: Set<String> = []

    /// Pages that were read and hold Envoy's part; pages that were read and do not.
    var pages = 0
    var pagesWithoutWitness = 0

    /// Targets whose first page this was.
    var baselines = 0

    struct Pod: Sendable {
        var requests: [ResponseKey: Int] = [:]
        var latency: LatencyCounts?
    }

    mutating func add(_ delta: PageDelta, target: String, pod: String, sides: [WindowQuality.Side]) {
        for side in sides { add(delta, side, pod) }
        for (name, count) in delta.canaryCallers.sorted(by: { $0.key < $1.key }) {
            Self.count(count, under: name, in: &canaryCallers)
        }
        for (name, count) in delta.excluded.sorted(by: { $0.key < $1.key }) {
            Self.count(count, under: name, in: &excluded)
        }
        for (key, count) in delta.unattributed where unattributed[key] != nil || unattributed.count < 1024 {
            unattributed[key, default: 0].grow(by: count)
        }
        if delta.process == .restarted, restarts.count < Self.mostFaults { restarts.insert(target) }
    }

    mutating func add(_ fault: PodFault) {
        if faults.count < Self.mostFaults { faults.append(fault) }
    }

    /// Moves all latency onto bounds that every histogram has.
    func window(_ bounds: LatencyBounds, _ services: Set<String>) -> Window {
        var quality = WindowQuality()
        quality.faults = faults.sorted { ($0.pod, $0.label) < ($1.pod, $1.label) }
        quality.canaryCallers = Self.list(canaryCallers)
        quality.excluded = Self.list(excluded)
        var byFlags: [String: Int] = [:]
        for (key, count) in unattributed where services.contains(key.service) {
            Self.count(count, under: key.flags, in: &byFlags)
        }
        quality.unattributed = Self.list(byFlags)
        quality.restarts = restarts.sorted()
        return Window(
            seconds: 0,
            bounds: bounds,
            stable: Self.list(stable, bounds),
            canary: Self.list(canary, bounds),
            quality: quality
        )
    }

    private mutating func add(_ delta: PageDelta, _ side: WindowQuality.Side, _ name: String) {
        var pod = (side == .stable ? stable[name] : canary[name]) ?? Pod()
        for (key, count) in delta.requests[side] ?? [:] { pod.requests[key, default: 0].grow(by: count) }
        if let latency = delta.latency[side] {
            if pod.latency == nil { pod.latency = latency } else { pod.latency?.add(latency) }
        }
        if side == .stable { stable[name] = pod } else { canary[name] = pod }
    }

    private static func count(_ count: Int, under name: String, in counts: inout [String: Int]) {
        let key = counts[name] != nil || counts.count < mostNames - 1 ? name : "(other)"
        counts[key, default: 0].grow(by: count)
    }

    /// By count, the largest first; equal ones by name.
    private static func list(_ counts: [String: Int]) -> [CallerCount] {
        counts.map { CallerCount(name: $0.key, count: $0.value) }
            .sorted { $0.count != $1.count ? $0.count > $1.count : $0.name < $1.name }
    }

    private static func list(_ pods: [String: Pod], _ bounds: LatencyBounds) -> [PodWindow] {
        pods.sorted { $0.key < $1.key }.map { name, pod in
            var latency = pod.latency
            latency?.project(onto: bounds.milliseconds)
            let requests = pod.requests.sorted { $0.key < $1.key }
            return PodWindow(
                pod: name,
                requests: requests.map { ResponseCount(key: $0.key, count: $0.value) },
                latency: latency?.counts ?? []
            )
        }
    }
}
