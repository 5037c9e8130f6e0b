/// Who is told.
package protocol Notifier: Sendable {
    /// Delivers a notice; never throws and never takes longer than a few seconds.
    func notify(_ notice: Notice, about run: RunHeader) async
}
