#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A system call that failed, with the kernel's number for the reason.
package struct SystemFailure: Error, Sendable, Hashable {
    /// The value of `errno`.
    package var number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    /// The system's words for the number.
    package var text: String { String(cString: strerror(number)) }

    /// Makes a call, again whenever a signal interrupted it, and throws `errno` when it returns a negative number.
    @discardableResult
    static func check<Result: SignedInteger>(_ call: () -> Result) throws(SystemFailure) -> Result {
        while true {
            let result = call()
            if result >= 0 { return result }
            let number = errno
            if number != EINTR { throw SystemFailure(number) }
        }
    }
}
