/// What a rule was when it was chosen, so that it is found again after others were inserted or removed before it.
package struct RuleIdentity: Sendable, Hashable {
    /// Its place in the list, from 0.
    package var index: Int
    /// How many rules the list had.
    var count: Int
    /// Its name and conditions; see `RouteRule.fingerprint`.
    var fingerprint: String
}
