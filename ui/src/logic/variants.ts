// Of a model whose devices nearly all differ, what a person can still compare: the
// variants of most devices, and the one that the plan leads to.
interface Variant { id: string; devices: string[] }

export const mostVariants = 24;

export function shownVariants<V extends Variant>(model: { variants: V[]; target?: string | undefined }): V[] {
  if (model.variants.length <= mostVariants) return model.variants;
  const largest = [...model.variants].sort((a, b) => b.devices.length - a.devices.length).slice(0, mostVariants);
  const target = model.variants.find((v) => v.id === model.target);
  return target && !largest.includes(target) ? [target, ...largest.slice(0, mostVariants - 1)] : largest;
}
