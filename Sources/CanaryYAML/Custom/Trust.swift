/// Who wrote a canary, and with that what it may name.
package enum Trust: Sendable, Hashable {
    /// A file in the agent's own folder: the operator's word, which may name endpoints, files and variables.
    case operatorsFile
    /// An object of the cluster: anybody's who may write in that namespace (design, section 10).
    case object
}
