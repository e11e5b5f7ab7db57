import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { upload, type Choice } from '../../logic/upload';
import type { Import } from './states';

export interface Chosen { file: File; choice: Choice }
interface Sending { file: string; share: number }

export function useSend(done: (chosen: Chosen, made: Import) => void) {
  const queries = useQueryClient();
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const send = async (files: File[], choice: Choice) => {
    setError(null);
    try {
      for (const file of files) {
        setSending({ file: file.name, share: 0 });
        const made = await upload(file, choice, (share) => setSending({ file: file.name, share }));
        done({ file, choice }, made);
        await queries.invalidateQueries({ queryKey: ['imports'] });
      }
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(null);
    }
  };
  return { sending, error, send };
}
