package import CanaryTelemetry

/// Who says which targets a round asks: a fixed list, or the pods of a cluster.
///
/// It is asked at the start of each round, and once more at its end if a target failed: a pod that went away or began
/// to end meanwhile has not failed.
package protocol TargetProvider: Sendable {
    /// The targets as they are now. Answers from what is held already, in milliseconds unless credentials must be
    /// renewed, and never throws: what is wrong with the list is among its faults.
    func targets() async -> TargetList
}

/// The targets of one round.
package struct TargetList: Sendable, Hashable {
    /// With distinct names.
    package var targets: [ScrapeTarget]

    /// What is wrong with the list itself, e.g. that it is old; added to the window's faults.
    package var faults: [PodFault]

    package init(_ targets: [ScrapeTarget], faults: [PodFault] = []) {
        self.targets = targets
        self.faults = faults
    }
}

/// Targets that never change: the URLs of a spec.
struct FixedTargets: TargetProvider {
    private let list: TargetList

    init(_ targets: [ScrapeTarget]) {
        list = TargetList(targets)
    }

    func targets() async -> TargetList { list }
}
