/// How closely an exposition is looked at.
package enum ExpositionCheck: Sendable, Hashable {
    /// Every line is parsed and handed over.
    case everyLine

    /// Lines of families that Haldane does not use are passed at scan speed.
    ///
    /// Of those, length, first and last byte are checked: a line begins like a name, a comment or a blank one, and a
    /// sample ends like a number. Their names, labels and values are not. Blanks before a name, `istio_requests_total`,
    /// the duration histogram, `istio_build`, process start times and `envoy_server_` lines are parsed in full.
    case istioOnly

    /// As `istioOnly`, but without vector instructions: the twin that tests compare with.
    case istioOnlyScalar
}
