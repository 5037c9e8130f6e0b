/// Several watchers of one run, told one after the other.
package struct RunObservers: RunObserver {
    private let observers: [any RunObserver]

    package init(_ observers: [any RunObserver]) {
        self.observers = observers
    }

    package func observe(_ progress: RunProgress) {
        for observer in observers { observer.observe(progress) }
    }
}
