/// One pod: the application, its sidecar and what is wrong with it.
struct SimulatedPod: Sendable, Hashable {
    /// Which version a pod runs.
    enum Version: Int, Sendable, Hashable {
        case stable
        case canary

        /// The label of the subset.
        var label: String {
            switch self {
            case .stable: "v1"
            case .canary: "v2"
            }
        }
    }

    /// Short, unique and part of the page's URL.
    let name: String
    let version: Version
    /// The quantum, modulo the flush interval, in which the sidecar flushes its histograms.
    let flushPhase: Int64
    /// Start of the present processes in virtual hundredths of a second; negative before the simulation.
    private(set) var startHundredths: Int64
    private(set) var restarts = 0
    /// Virtual time of its first request; a restart does not change it.
    private(set) var firstRequestSeconds: Double?
    private(set) var statistics = SidecarStatistics()
    /// The quantum in which the present episode of `pod-bursts` ends.
    private var burstEnd: Int64 = 0

    init(version: Version, position: Int, seed: UInt64) {
        name = "demo4-\(version.label)-\(position)"
        self.version = version
        var chance = RandomStream(seed: seed, lane: .pods, index: UInt64(version.rawValue * 1000 + position))
        flushPhase = Int64(chance.index(below: Int(SidecarStatistics.flushQuanta)))
        // Stable pods are a day or two old, canary pods some minutes.
        let age = version == .stable ? 86400 + chance.index(below: 86400) : 300 + chance.index(below: 60)
        startHundredths = -Int64(age) * 100 - Int64(chance.index(below: 100))
    }

    /// Counts a request that ended in `slot`, and the call it made to the database service if it was answered.
    mutating func record(slot: Int, milliseconds: Double, isAnswered: Bool, at seconds: Double) {
        if firstRequestSeconds == nil { firstRequestSeconds = seconds }
        statistics.record(slot: slot, milliseconds: milliseconds)
        if isAnswered {
            statistics.record(slot: SeriesSlot.outgoing, milliseconds: milliseconds * Self.databaseShare)
        }
    }

    /// Ends a quantum: the sidecar flushes if it is its turn.
    mutating func finish(quantum: Int64) {
        if quantum % SidecarStatistics.flushQuanta == flushPhase { statistics.flush() }
    }

    /// New processes with empty counters.
    mutating func restart(at seconds: Double) {
        statistics = SidecarStatistics()
        startHundredths = Int64((seconds * 100).rounded())
        restarts &+= 1
    }

    /// Begins an episode of misbehaviour unless there is one.
    mutating func beginBurst(at quantum: Int64, quanta: Int64) {
        if quantum >= burstEnd { burstEnd = quantum + quanta }
    }

    func isInBurst(at quantum: Int64) -> Bool { quantum < burstEnd }

    /// The part of a request's time that the database service takes.
    private static let databaseShare = 0.4
}
