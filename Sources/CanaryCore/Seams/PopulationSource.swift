/// Who knows how many pods serve the two versions: a cluster does, a file does not.
package protocol PopulationSource: Sendable {
    /// The pods as they are now; nil if that is not known at the moment. Ends within a few seconds.
    func population() async -> Population?
}
