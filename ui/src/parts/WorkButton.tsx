// A button that is at work says so and is deaf, but is not disabled: whoever works by
// keyboard would lose their place.
import { type MouseEvent, type ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';

interface WorkButtonProps { busy: boolean; type: 'button' | 'submit'; small?: boolean; secondary?: boolean; onClick?: () => void; children: ReactNode }

export function WorkButton({ busy, onClick, small = false, secondary = false, type, children }: WorkButtonProps) {
  const click = (event: MouseEvent) => {
    if (busy) event.preventDefault();
    else onClick?.();
  };
  return <Button type={type} small={small} secondary={secondary} aria-disabled={busy} onClick={click}>{children}</Button>;
}
