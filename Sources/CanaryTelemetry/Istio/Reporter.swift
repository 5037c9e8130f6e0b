/// Who counted a request; one reporter is used in a comparison, and reporters are never summed.
package enum Reporter: String, Sendable, Hashable, Codable, CaseIterable {
    /// The caller's proxy or a gateway: what users got, after retries.
    case source
    /// The pod's own proxy: every attempt.
    case destination
    /// An ambient waypoint.
    case waypoint
}
