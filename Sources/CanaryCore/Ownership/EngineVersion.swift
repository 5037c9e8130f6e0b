/// The version of the statistics: of everything that turns windows into verdicts.
///
/// It goes up with every change that could give another verdict from the same windows. A run is judged by one version from its
/// beginning to its end, so that its chances of error are those that were promised; a program with another version does not go
/// on with the evidence, see `Guards.onOrphan`.
package enum EngineVersion {
    package static let current = 1

    /// Whether this program may go on with the evidence of a run.
    package static func mayContinue(_ header: RunHeader) -> Bool { (header.engine ?? 1) == current }
}
