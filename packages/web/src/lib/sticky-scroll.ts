import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue';

/** So near to the end counts as being there. */
const NEAR_PX = 60;

/** A box that stays at its end while it is there, whatever grows in it, and keeps its place otherwise. */
export function useStickyScroll(box: Ref<HTMLElement | undefined>, content: Ref<HTMLElement | undefined>) {
  const atEnd = ref(true);
  let observer: ResizeObserver | undefined;
  /** Height of the content when the observer saw it last. */
  let seenHeight = 0;

  function toEnd(): void {
    atEnd.value = true;
    if (box.value !== undefined) box.value.scrollTop = box.value.scrollHeight;
  }

  /** Brings an element near the top of the box, if what follows it fills the box; else goes to the end. */
  function toElement(element: HTMLElement): void {
    const frame = box.value;
    if (frame === undefined) return;
    const top = element.getBoundingClientRect().top - frame.getBoundingClientRect().top + frame.scrollTop - 16;
    if (frame.scrollHeight - top <= frame.clientHeight) return toEnd();
    atEnd.value = false;
    frame.scrollTop = top;
  }

  function onScroll(): void {
    const frame = box.value;
    // What has grown since is not scrolled away from: the observer is told of it after this.
    if (frame === undefined || frame.scrollHeight !== seenHeight) return;
    atEnd.value = frame.scrollHeight - frame.scrollTop - frame.clientHeight < NEAR_PX;
  }

  /** What is put in above, or taken away out of sight, leaves what is seen where it is, and whoever scrolls meanwhile where they have got to. */
  async function keepPlace(work: () => Promise<void>): Promise<void> {
    const frame = box.value;
    const inside = content.value;
    if (frame === undefined || inside === undefined) return work();
    const placeOf = (element: Element) => {
      const { top, bottom } = element.getBoundingClientRect();
      const zero = inside.getBoundingClientRect().top;
      return { top: top - zero, bottom: bottom - zero };
    };
    const before = [...inside.children].map((element) => ({ element, ...placeOf(element) }));
    await work();
    // The first that was in sight: above it the name of a day or of a sender may be gone.
    const sight = placeOf(frame).top;
    const stayed = before.find(({ element, bottom }) => bottom > sight && element.isConnected);
    if (stayed !== undefined) frame.scrollTop += placeOf(stayed.element).top - stayed.top;
  }

  onMounted(() => {
    observer = new ResizeObserver(() => {
      if (atEnd.value) toEnd();
      seenHeight = box.value?.scrollHeight ?? 0;
    });
    for (const element of [box.value, content.value]) if (element !== undefined) observer.observe(element);
  });
  onBeforeUnmount(() => observer?.disconnect());

  return { atEnd, toEnd, toElement, onScroll, keepPlace };
}
