/// Where traffic weights live: a file, a Git work tree, a cluster.
///
/// A store never writes blindly: it writes only over the revision it was told to expect, and proves before the write that
/// nothing but the two weights changes.
package protocol RouteStore: Sendable {
    /// The chosen rule as it is now.
    func read() async throws(RouteError) -> RouteSnapshot

    /// Writes the plan's weights if the stored revision is still `revision`, else throws `.conflict`.
    ///
    /// Returns the snapshot after the write. Weights that are already as planned are not written again.
    func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async throws(RouteError) -> RouteSnapshot
}
