/// Everything that somebody else needs to go on with a run, evidence included: what is kept in the cluster at each step and
/// each minute.
///
/// It is bounded: the engine keeps sums, not windows, from the first comparison on.
package struct EngineSnapshot: Sendable, Hashable, Codable {
    package static let schema = "haldane.snapshot/1"

    package var schema: String
    package var header: RunHeader
    package var state: RunState
    package var at: Timestamp

    package init(header: RunHeader, state: RunState, at: Timestamp) {
        schema = Self.schema
        self.header = header
        self.state = state
        self.at = at
    }
}
