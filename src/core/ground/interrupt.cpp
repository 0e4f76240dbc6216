#include "ground/interrupt.hpp"

namespace colonnade::interrupt {
namespace {

thread_local const Watcher* current = nullptr;

}  // namespace

Watcher::Watcher() : before_(current) { current = this; }

Watcher::~Watcher() { current = before_; }

void look() {
    if (current != nullptr) current->look();
}

}  // namespace colonnade::interrupt
