/// What tells two processes apart that are given the same identity.
package enum LeaseInstance {
    /// The annotation of a Lease that says which process holds it; written with each change.
    package static let key = "haldane.dev/instance"

    /// This process: a random number, the same for as long as it lives.
    package static let own = [UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)]
        .map { String($0, radix: 16) }.joined(separator: "-")
}
